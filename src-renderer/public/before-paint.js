// Sets what the person chose before anything is painted; lib/state/appearance.svelte.ts writes these keys.
const theme = localStorage.getItem('signalbox.theme')
const density = localStorage.getItem('signalbox.density')
if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
if (density === 'dense' || density === 'cozy') document.documentElement.dataset.density = density
