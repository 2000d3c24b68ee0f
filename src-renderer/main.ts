import '@fontsource-variable/inter/index.css'
import '@fontsource-variable/jetbrains-mono/index.css'
import './lib/ui/tokens.css'
import './lib/ui/base.css'
import { mount } from 'svelte'
import App from './app.svelte'

const target = document.querySelector('#app')
if (!target) throw new Error('index.html has no element #app')
mount(App, { target })
