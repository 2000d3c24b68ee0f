import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import ts from 'typescript'

const strict: ts.CompilerOptions = {
  noEmit: true,
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  noImplicitOverride: true,
  // The declarations are checked as well.
  skipLibCheck: false,
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.es2022.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
  types: [],
}

/** What a person's own project may have in its tsconfig.json. */
export const resolutions: Record<'bundler' | 'nodenext', ts.CompilerOptions> = {
  bundler: { ...strict, module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler },
  nodenext: { ...strict, module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext },
}

/** Writes files below `folder`, by their paths. */
export function writeFiles(folder: string, files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
}

/** What the compiler comes with and what is checked with the rest of our code: most of the work, and not the project's. */
const notTheirs = [dirname(ts.getDefaultLibFilePath({})), join(import.meta.dirname, '../..')]

/** What the compiler says of files of a project, the declarations among them, each fault as `file:line: message`. */
export function faultsOf(paths: string[], options: ts.CompilerOptions): string[] {
  const program = ts.createProgram(paths, options)
  const theirs = program
    .getSourceFiles()
    .filter(({ fileName }) => !notTheirs.some((place) => fileName.startsWith(place)))
  const found = theirs.flatMap((file) => ts.getPreEmitDiagnostics(program, file))
  return ts.sortAndDeduplicateDiagnostics(found).map(({ file, start = 0, messageText }) => {
    const line = file === undefined ? '' : `${file.fileName}:${file.getLineAndCharacterOfPosition(start).line + 1}: `
    return line + ts.flattenDiagnosticMessageText(messageText, ' ')
  })
}

/** What an editor shows at the first `|` in `text`, the script of a project: the hover there, or the list of completions. */
export function askEditor(path: string, text: string, options: ts.CompilerOptions) {
  const at = text.indexOf('|')
  const script = text.slice(0, at) + text.slice(at + 1)
  const service = ts.createLanguageService({
    getCompilationSettings: () => options,
    getScriptFileNames: () => [path],
    getScriptVersion: () => '1',
    getScriptSnapshot: (name) => {
      const content = name === path ? script : ts.sys.readFile(name)
      return content === undefined ? undefined : ts.ScriptSnapshot.fromString(content)
    },
    getCurrentDirectory: () => dirname(path),
    getDefaultLibFileName: (given) => ts.getDefaultLibFilePath(given),
    fileExists: (name) => ts.sys.fileExists(name),
    readFile: (name) => ts.sys.readFile(name),
    directoryExists: (name) => ts.sys.directoryExists(name),
  })
  return {
    hover(): { shown: string; doc: string } | null {
      const info = service.getQuickInfoAtPosition(path, at)
      if (info === undefined) return null
      return { shown: ts.displayPartsToString(info.displayParts), doc: ts.displayPartsToString(info.documentation) }
    },
    /** The docs by name. */
    completions(): Record<string, string> {
      const entries = service.getCompletionsAtPosition(path, at, undefined)?.entries ?? []
      return Object.fromEntries(
        entries.map(({ name, source, data }) => {
          const details = service.getCompletionEntryDetails(path, at, name, {}, source, undefined, data)
          return [name, ts.displayPartsToString(details?.documentation)]
        }),
      )
    },
  }
}
