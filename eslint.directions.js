import { dirname, join, resolve, sep } from 'node:path'
import tseslint from 'typescript-eslint'

/**
 * Who may import whom: core ← store, interpreters, jobs ← engine ← server, desktop, cli ← boot lists.
 * Each zone says what the files in `in` must not reach; rules of their own say so for `electron` and for what is not
 * pure in `core`.
 */
const at = (...paths) => paths.map((path) => join(import.meta.dirname, path))
const bootLists = ['src-main/main.ts', 'src-main/headless.ts']

const zones = [
  {
    in: at('src-main/core'),
    not: at('src-main'),
    except: at('src-main/core'),
    message: 'core imports nothing of ours but core.',
  },
  {
    in: at('src-main/store'),
    not: at('src-main/interpreters', 'src-main/jobs'),
    message: 'The store knows only core.',
  },
  {
    in: at('src-main/interpreters', 'src-main/jobs'),
    not: at('src-main/store'),
    message: 'What runs user code never comes near the database.',
  },
  {
    in: at('src-main/store', 'src-main/interpreters', 'src-main/jobs'),
    not: at('src-main/engine', 'src-main/server', 'src-main/desktop', 'src-main/cli', ...bootLists),
    message: 'The engine imports this layer, not the other way round.',
  },
  {
    in: at('src-main/engine'),
    not: at('src-main/server', 'src-main/desktop', 'src-main/cli', ...bootLists),
    message: 'The engine knows no host.',
  },
  {
    in: at('src-main/server'),
    not: at('src-main/desktop', 'src-main/cli', ...bootLists),
    message: 'The server knows neither the desktop nor the command line.',
  },
  {
    in: at('src-main/desktop'),
    not: at('src-main/cli', ...bootLists),
    message: 'The desktop does not know the command line.',
  },
  {
    in: at('src-main/cli'),
    not: at('src-main/desktop', ...bootLists),
    message: 'The command line does not know the desktop.',
  },
  { in: at('src-preload'), not: at('src-main'), message: 'The contract knows no host.' },
  { in: at('src-renderer'), not: at('src-main'), message: 'The window speaks the contract only.' },
  {
    in: at('src-renderer'),
    not: at('src-preload'),
    except: at('src-preload/contract.ts'),
    message: 'The window imports the types of the contract only.',
  },
]

const isIn = (paths, file) => paths.some((path) => file === path || file.startsWith(path + sep))

/** Holds every import, re-export and `import()` to the zones. Our imports are paths with endings: joined, not resolved. */
const directions = {
  meta: { type: 'problem', schema: [] },
  create(context) {
    const zonesHere = zones.filter((zone) => isIn(zone.in, context.filename))
    const checkSource = ({ source }) => {
      if (typeof source?.value !== 'string' || !source.value.startsWith('.')) return
      const imported = resolve(dirname(context.filename), source.value)
      const broken = zonesHere.find(({ not, except = [] }) => isIn(not, imported) && !isIn(except, imported))
      if (broken !== undefined) context.report({ node: source, message: broken.message })
    }
    return {
      ImportDeclaration: checkSource,
      ExportNamedDeclaration: checkSource,
      ExportAllDeclaration: checkSource,
      ImportExpression: checkSource,
      TSImportType: checkSource,
    }
  },
}

const electronOnly = {
  name: 'electron',
  message: 'Electron is imported in src-main/desktop, src-main/main.ts and the preload only.',
}
const contractTypesOnly = {
  regex: 'src-preload/',
  allowTypeImports: true,
  message: 'Only types of the contract are imported here.',
}
const clockless = 'core has no clock, no I/O, no timers and no randomness: take it as an argument.'
const impureGlobals = [
  'setTimeout',
  'setInterval',
  'setImmediate',
  'performance',
  'process',
  'crypto',
  'fetch',
  'Buffer',
  'console',
]

export const importDirections = [
  { plugins: { signalbox: { rules: { 'import-directions': directions } }, '@typescript-eslint': tseslint.plugin } },
  {
    files: ['**/*.ts', '**/*.js', '**/*.svelte'],
    rules: {
      'signalbox/import-directions': 'error',
      '@typescript-eslint/no-restricted-imports': ['error', { paths: [electronOnly] }],
    },
  },
  {
    files: ['src-main/desktop/**', 'src-main/main.ts', 'src-preload/bridge.ts', 'tests/e2e-electron/**'],
    rules: { '@typescript-eslint/no-restricted-imports': 'off' },
  },
  {
    files: ['src-renderer/**'],
    rules: {
      '@typescript-eslint/no-restricted-imports': ['error', { paths: [electronOnly], patterns: [contractTypesOnly] }],
    },
  },
  {
    files: ['src-main/core/**'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        { paths: [electronOnly], patterns: [contractTypesOnly, { regex: '^node:', message: clockless }] },
      ],
      'no-restricted-globals': ['error', ...impureGlobals.map((name) => ({ name, message: clockless }))],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: clockless },
        { object: 'Math', property: 'random', message: clockless },
      ],
      'no-restricted-syntax': [
        'error',
        { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: clockless },
      ],
    },
  },
]
