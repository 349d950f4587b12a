import express, { type RequestHandler } from 'express'

/**
 * The page runs its own scripts and styles only and talks to nobody but this workbench; nobody may frame it. What it shows was sent by
 * strangers: whatever of that came to be taken for markup still could not run.
 */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ')

/** Addresses of the page's views, which are all the same document; the ids are for the page to read. */
const views = ['/', '/traces', '/traces/:traceId', '/linked/:traceId', '/dashboard']

const notBuilt =
  'The page is not built. Build it with: npx -y pnpm@12 --filter @linked-traces/workbench-web build\n'

/**
 * Serves the workbench's page as it was built into `folder`. What is neither a file of it nor the address of a view is left to the next
 * handler.
 */
export function servePage(folder: string): RequestHandler {
  const router = express.Router({ caseSensitive: true, strict: true })
  router.use((_request, response, next) => {
    response.set({
      'content-security-policy': contentSecurityPolicy,
      'cross-origin-opener-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
    })
    next()
  })
  // The names of these files change with their contents.
  router.use(
    '/assets',
    express.static(`${folder}/assets`, { immutable: true, maxAge: '1y', index: false, redirect: false }),
  )
  router.use(express.static(folder, { index: false, redirect: false, cacheControl: false }))
  for (const view of views) {
    router.get(view, (_request, response, next) => {
      response
        .set('vary', 'accept')
        .sendFile('index.html', { root: folder, cacheControl: false }, (error) => {
          if (!error) return
          if (response.headersSent || !('code' in error) || error.code !== 'ENOENT') next(error)
          else response.status(503).type('text/plain').send(notBuilt)
        })
    })
  }
  return router
}
