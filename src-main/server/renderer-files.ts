import { readdirSync, statSync } from 'node:fs'
import { extname, join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The only kinds of files that are served; a file with another ending is left out of the manifest. */
const contentTypes: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
}

/**
 * The hash admits the one style attribute the page needs: the `display: contents` of the root that Svelte mounts on.
 * `svelte-trusted-html` is the policy through which Svelte 5 clones its templates.
 */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "style-src-attr 'unsafe-hashes' 'sha256-iaOezIDcQIoxCULa6FBKKuLUu09R7kG+Mlu+JVfU3Rw='",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-src 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types svelte-trusted-html',
].join('; ')

/** Browser features, each refused to every origin; the page needs none of them. */
const features = [
  'accelerometer',
  'autoplay',
  'camera',
  'display-capture',
  'encrypted-media',
  'fullscreen',
  'geolocation',
  'gyroscope',
  'hid',
  'idle-detection',
  'local-fonts',
  'magnetometer',
  'microphone',
  'midi',
  'payment',
  'picture-in-picture',
  'publickey-credentials-get',
  'screen-wake-lock',
  'serial',
  'storage-access',
  'usb',
  'xr-spatial-tracking',
]

/** Sent with every response of the custom protocol and of the headless host. */
export const securityHeaders: Readonly<Record<string, string>> = {
  'Content-Security-Policy': contentSecurityPolicy,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': features.map((feature) => `${feature}=()`).join(', '),
}

export type RendererFile = { path: string; contentType: string; cacheControl: string }

export type RendererFiles = {
  /** False when the renderer was not built: `find` then knows nothing. */
  readonly isBuilt: boolean
  /**
   * The file for the path of a URL as it was sent, still encoded; null for everything that is not in the manifest.
   * The path is only a key: nothing the caller sends is ever joined to a folder.
   */
  find(encodedPathname: string): RendererFile | null
}

/** Where the built renderer lies: `out/renderer`, seen from the source file or from a bundle in `out/main`. */
export function rendererFolder(): string {
  const isSource = import.meta.url.endsWith('/src-main/server/renderer-files.ts')
  return fileURLToPath(new URL(isSource ? '../../out/renderer' : '../renderer', import.meta.url))
}

/**
 * Reads the names of all files below `folder`, and again when the page itself was built anew: its files then have other
 * names. What is added beside a build is not served.
 */
export function readRendererFiles(folder: string = rendererFolder()): RendererFiles {
  const builtAt = () => statSync(join(folder, 'index.html'), { throwIfNoEntry: false })?.mtimeMs
  let knownBuild = builtAt()
  let manifest = readManifest(folder)

  return {
    isBuilt: manifest.has('/index.html'),
    find(encodedPathname) {
      const pathname = decodePathname(encodedPathname)
      if (pathname === null) return null
      if (isPage(pathname) && builtAt() !== knownBuild) {
        knownBuild = builtAt()
        manifest = readManifest(folder)
      }
      return manifest.get(isPage(pathname) ? '/index.html' : pathname) ?? null
    },
  }
}

const isPage = (pathname: string): boolean => pathname === '/' || pathname === '/index.html'

function readManifest(folder: string): Map<string, RendererFile> {
  const manifest = new Map<string, RendererFile>()
  for (const name of listFiles(folder)) {
    const contentType = contentTypes[extname(name)]
    if (contentType === undefined) continue
    const urlPath = '/' + name.split(sep).join('/')
    manifest.set(urlPath, { path: join(folder, name), contentType, cacheControl: cacheControlOf(urlPath) })
  }
  return manifest
}

function listFiles(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) =>
        join(entry.parentPath, entry.name)
          .slice(folder.length)
          .replace(/^[/\\]/, ''),
      )
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

/** Names under `assets/` carry a hash of their content, so they never change. */
const cacheControlOf = (urlPath: string) =>
  urlPath.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-store'

/** Decodes once; null for encodings that exist only to be read differently by someone further down. */
function decodePathname(encoded: string): string | null {
  if (/%2f|%5c|%00|\\|\0/i.test(encoded)) return null
  try {
    const pathname = decodeURIComponent(encoded)
    return pathname.includes('\0') || pathname.includes('\\') ? null : pathname
  } catch (error) {
    if (error instanceof URIError) return null
    throw error
  }
}
