import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import svelte from 'eslint-plugin-svelte'
import ts from 'typescript'
import tseslint from 'typescript-eslint'

/**
 * The parser for the scripts of components and of modules with runes. What is linted of those is not their text but the
 * script that the Svelte parser makes of it, so a program that reads the files itself is out of date at each of them, and
 * all its types are found anew: two thirds of a lint. This program is made of those scripts from the start.
 */
const configPath = join(import.meta.dirname, 'tsconfig.renderer.json')
const isTranslated = (path) => /\.svelte(\.ts)?$/.test(path)

const { parser } = svelte.configs.base.find(
  ({ languageOptions }) => languageOptions?.parser !== undefined,
).languageOptions

/** What the parser made of each file, by path. */
const scripts = new Map()
let program = null

const translate = (path) => {
  const recorder = {
    ...tseslint.parser,
    parseForESLint(code, options) {
      if (options.project !== undefined) scripts.set(path, code)
      return tseslint.parser.parseForESLint(code, { ...options, project: undefined })
    },
  }
  try {
    parser.parseForESLint(readFileSync(path, 'utf8'), { filePath: path, parser: recorder, project: configPath })
  } catch {
    // What cannot be parsed is told of when its turn to be linted comes.
    scripts.set(path, '')
  }
  return scripts.get(path)
}

function updateProgram() {
  const { config } = ts.readConfigFile(configPath, ts.sys.readFile)
  const svelte = { extension: '.svelte', isMixedContent: true, scriptKind: ts.ScriptKind.Deferred }
  const parsed = ts.parseJsonConfigFileContent(config, ts.sys, import.meta.dirname, {}, configPath, undefined, [svelte])
  const options = { ...parsed.options, allowNonTsExtensions: true }
  const host = ts.createCompilerHost(options, true)
  const { getSourceFile } = host
  host.getSourceFile = (path, language, ...rest) => {
    if (!isTranslated(path)) return program?.getSourceFile(path) ?? getSourceFile.call(host, path, language, ...rest)
    const text = scripts.get(path) ?? translate(path)
    const known = program?.getSourceFile(path)
    return known?.text === text ? known : ts.createSourceFile(path, text, language, true, ts.ScriptKind.TS)
  }
  // Also what is linted and lies nowhere, as an editor has it before the first save.
  const names = [...new Set([...parsed.fileNames, ...scripts.keys()])]
  program = ts.createProgram(names, options, host, program ?? undefined)
}

export const componentScripts = {
  ...tseslint.parser,
  parseForESLint(code, { project, ...options }) {
    // False is how a configuration says that no rule needs types.
    if (!project) return tseslint.parser.parseForESLint(code, options)
    const path = resolve(options.filePath)
    if (program === null) updateProgram()
    if (program.getSourceFile(path)?.text !== code) {
      // Read from an editor, or already mended.
      scripts.set(path, code)
      updateProgram()
    }
    return tseslint.parser.parseForESLint(code, { ...options, programs: [program] })
  },
}
