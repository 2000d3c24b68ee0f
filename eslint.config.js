import js from '@eslint/js'
import globals from 'globals'
import { defineConfig, globalIgnores } from 'eslint/config'
import svelte from 'eslint-plugin-svelte'
import tseslint from 'typescript-eslint'
import { componentScripts } from './eslint.components.js'
import { importDirections } from './eslint.directions.js'

export default defineConfig(
  globalIgnores(['out/', 'artefacts/', 'coverage/', 'node_modules/']),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  {
    files: ['**/*.ts', '**/*.svelte'],
    extends: [tseslint.configs.recommended],
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      eqeqeq: 'error',
      'no-empty': ['error', { allowEmptyCatch: false }],
    },
  },
  {
    // The rules that need types: here for components only, .oxlintrc.json has them for all other files.
    files: ['**/*.svelte'],
    extends: [tseslint.configs.recommendedTypeCheckedOnly],
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/return-await': ['error', 'in-try-catch'],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // Types of components are svelte-check's work: seen from here they are all `any`.
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-redundant-type-constituents': 'off',
      // An async function without await is how an interface that is asynchronous elsewhere is kept.
      '@typescript-eslint/require-await': 'off',
      // Libraries type their callbacks as methods; none of ours uses `this` outside a class.
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    extends: [svelte.configs.recommended],
    languageOptions: {
      globals: globals.browser,
      parserOptions: {
        parser: componentScripts,
        project: ['./tsconfig.renderer.json'],
        extraFileExtensions: ['.svelte'],
      },
    },
    rules: {
      // A style attribute would break the page's content policy; `style:name` sets a property, which the policy allows.
      'no-restricted-syntax': [
        'error',
        {
          selector: 'SvelteAttribute[key.name="style"]',
          message: 'Use style:name; the page allows no style attributes.',
        },
      ],
      // State is replaced as a whole ($state.raw); a Set beside it is no state.
      'svelte/prefer-svelte-reactivity': 'off',
    },
  },
  { files: ['src-renderer/**', 'src-preload/bridge.ts'], languageOptions: { globals: globals.browser } },
  { files: ['**/*.js', '.ci/**'], languageOptions: { globals: globals.node } },
  { files: ['**/*.ts', '**/*.svelte'], rules: { 'no-undef': 'off' } }, // the compiler knows better
  importDirections,
)
