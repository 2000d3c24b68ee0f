// Sets what the person chose before anything is painted; lib/state/appearance.svelte.ts writes these keys.
const theme = localStorage.getItem('signalbox.theme')
const density = localStorage.getItem('signalbox.density')
if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
const motion = localStorage.getItem('signalbox.motion')
if (density === 'dense' || density === 'cozy') document.documentElement.dataset.density = density
if (motion === 'none') document.documentElement.dataset.motion = motion
