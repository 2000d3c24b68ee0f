import '@fontsource-variable/inter/index.css'
import '@fontsource-variable/jetbrains-mono/index.css'
import '../../../src-renderer/lib/ui/tokens.css'
import '../../../src-renderer/lib/ui/base.css'
import { beforeEach } from 'vitest'

/** What a person has chosen in one test is not what the next one begins with. */
beforeEach(() => {
  localStorage.clear()
  history.replaceState(null, '', '#')
})
