import type { ComponentType } from 'preact'
import { useEffect, useState } from 'preact/hooks'

/** A component whose script is fetched when it is first shown. Where that fails it throws, for an error boundary to say so. */
export function lazyScreen<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  let loaded: ComponentType<P> | undefined
  return function LazyScreen(props: P) {
    const [state, setState] = useState<'loading' | 'ready' | 'failed'>(loaded ? 'ready' : 'loading')
    useEffect(() => {
      if (loaded) return
      load().then(
        (component) => {
          loaded = component
          setState('ready')
        },
        () => setState('failed'),
      )
    }, [])
    if (state === 'failed') {
      throw new Error(
        'its script did not arrive; the workbench may have stopped, or changed since. Load the page again',
      )
    }
    const Screen = loaded
    return Screen ? <Screen {...props} /> : null
  }
}
