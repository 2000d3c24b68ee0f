/** Counts primes for about so long. For `mixed-work` and `cpu-on-threads`, which spawn it as a run of its own. */
export default function burnCpu({ job, cpuMs }: { job: number; cpuMs: number }) {
  const beganAt = Date.now()
  const until = performance.now() + cpuMs
  let primes = 0
  for (let number = 2; performance.now() < until; number += 1) if (isPrime(number)) primes += 1
  return { job, primes, pid: process.pid, beganAt, endedAt: Date.now() }
}

function isPrime(number: number): boolean {
  for (let divisor = 2; divisor * divisor <= number; divisor += 1) if (number % divisor === 0) return false
  return true
}
