import type { Net, PowerMonitor } from 'electron'
import type { SurroundingsSource } from '../engine/watch-surroundings.ts'

/** What Electron sees of the machine, over what can be seen without it. */
export function desktopSource(powerMonitor: PowerMonitor, net: Net, system: SurroundingsSource): SurroundingsSource {
  return {
    read: () => ({
      ...system.read(),
      acPower: !powerMonitor.isOnBatteryPower(),
      idleMs: powerMonitor.getSystemIdleTime() * 1_000,
      network: net.isOnline(),
    }),
    listen(onNews, onWake) {
      const stopSystem = system.listen(onNews, onWake)
      powerMonitor.on('on-ac', onNews)
      powerMonitor.on('on-battery', onNews)
      powerMonitor.on('resume', onWake)
      // The key store of the system is often locked with the screen.
      powerMonitor.on('unlock-screen', onWake)
      return () => {
        stopSystem()
        powerMonitor.off('on-ac', onNews)
        powerMonitor.off('on-battery', onNews)
        powerMonitor.off('resume', onWake)
        powerMonitor.off('unlock-screen', onWake)
      }
    },
  }
}
