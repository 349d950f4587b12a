import type { ComponentType } from 'preact'
import { useEffect, useState } from 'preact/hooks'

/** A component whose script is fetched when it is first shown. */
export function lazyScreen<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  let loaded: ComponentType<P> | undefined
  return function LazyScreen(props: P) {
    const [, setReady] = useState(loaded !== undefined)
    useEffect(() => {
      if (loaded) return
      load().then((component) => {
        loaded = component
        setReady(true)
      }, console.error)
    }, [])
    const Screen = loaded
    return Screen ? <Screen {...props} /> : null
  }
}
