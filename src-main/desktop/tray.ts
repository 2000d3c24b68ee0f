import { Menu, nativeImage, Tray } from 'electron'
import type { NativeImage } from 'electron'

/** The sign that the app runs while its window is hidden, and the way back to it. The caller keeps the reference. */
export function createTray(actions: { show: () => void; quit: () => void }): Tray {
  const tray = new Tray(drawIcon())
  tray.setToolTip('Signalbox')
  tray.setContextMenu(
    Menu.buildFromTemplate([
      { label: 'Show Signalbox', click: actions.show },
      { type: 'separator' },
      { label: 'Quit', click: actions.quit },
    ]),
  )
  tray.on('click', actions.show)
  return tray
}

/** A lamp in a ring, drawn here so that no image file has to be found at run time. */
function drawIcon(): NativeImage {
  const image = nativeImage.createEmpty()
  for (const scaleFactor of [1, 2]) {
    const side = 16 * scaleFactor
    image.addRepresentation({ scaleFactor, width: side, height: side, buffer: drawLamp(side) })
  }
  return image
}

function drawLamp(side: number): Buffer {
  const pixels = Buffer.alloc(side * side * 4)
  const middle = (side - 1) / 2
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const distance = Math.hypot(x - middle, y - middle) / side
      const isInk = distance < 0.22 || (distance > 0.36 && distance < 0.46)
      // BGRA, as both Windows and Linux draw it.
      if (isInk) pixels.set([0xff, 0xb2, 0x7d, 0xff], (y * side + x) * 4)
    }
  }
  return pixels
}
