import { useEffect, useMemo, useState } from 'preact/hooks'
import { addressOf, type QueryChange } from './route.ts'

const changed = new EventTarget()

/** Shows another view; `replace` where Back should not return to every step of a drag or of typing. */
export function navigate(address: string, { replace = false }: { replace?: boolean } = {}): void {
  if (address === location.pathname + location.search) return
  history[replace ? 'replaceState' : 'pushState'](null, '', address)
  changed.dispatchEvent(new Event('change'))
}

/** Changes parameters of the view that is shown. */
export function changeQuery(change: QueryChange, options?: { replace?: boolean }): void {
  navigate(addressOf(location.pathname, change, new URLSearchParams(location.search)), options)
}

/** The address shown, following navigation, links and the browser's Back. */
export function useAddress(): { readonly pathname: string; readonly query: URLSearchParams } {
  const [address, setAddress] = useState(location.pathname + location.search)
  useEffect(() => {
    const update = () => setAddress(location.pathname + location.search)
    changed.addEventListener('change', update)
    addEventListener('popstate', update)
    update()
    return () => {
      changed.removeEventListener('change', update)
      removeEventListener('popstate', update)
    }
  }, [])
  return useMemo(() => {
    const url = new URL(address, location.origin)
    return { pathname: url.pathname, query: url.searchParams }
  }, [address])
}

/** Lets plain clicks on the page's own links change the view without loading the page again. */
export function followLinks(root: Document): void {
  root.addEventListener('click', (event) => {
    if (event.defaultPrevented || event.button !== 0) return
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    const link = event.target instanceof Element ? event.target.closest('a') : null
    if (link?.target !== '' || link.origin !== location.origin) return
    if (link.hasAttribute('download') || link.pathname.startsWith('/api/')) return
    event.preventDefault()
    navigate(link.pathname + link.search)
  })
}
