"""The floor that nothing durable reaches: jobs through an asyncio.Queue, in one process and in memory only."""

import asyncio
import json
import platform
import sys
import time

WORKERS = 16
PAUSE_S = 0.01


async def no_op() -> None:
    return None


async def drain(count: int) -> float:
    queue: asyncio.Queue[int] = asyncio.Queue()
    for n in range(count):
        queue.put_nowait(n)

    async def work() -> None:
        while True:
            await queue.get()
            await no_op()
            queue.task_done()

    start = time.perf_counter()
    workers = [asyncio.create_task(work()) for _ in range(WORKERS)]
    await queue.join()
    per_second = count / (time.perf_counter() - start)
    for worker in workers:
        worker.cancel()
    return per_second


async def starts(samples: int) -> list[float]:
    queue: asyncio.Queue[float] = asyncio.Queue()
    took_ms: list[float] = []

    async def work() -> None:
        while True:
            called_at = await queue.get()
            took_ms.append((time.perf_counter() - called_at) * 1_000)

    worker = asyncio.create_task(work())
    for _ in range(samples):
        await asyncio.sleep(PAUSE_S)
        await queue.put(time.perf_counter())
    await asyncio.sleep(PAUSE_S)
    worker.cancel()
    return took_ms


async def main(count: int, samples: int) -> None:
    await drain(count // 10)
    figures = {"drainPerSecond": await drain(count), "startMs": await starts(samples)}
    print(json.dumps({**figures, "versions": f"Python {platform.python_version()}"}))


asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
