import { useLayoutEffect, useState } from 'preact/hooks'

/** The width of an element in pixels, as it changes; 0 before it is measured. */
export function useWidth(element: { readonly current: Element | null }): number {
  const [width, setWidth] = useState(0)
  useLayoutEffect(() => {
    const target = element.current
    if (!target) return
    const observer = new ResizeObserver(([entry]) => setWidth(entry?.contentRect.width ?? 0))
    observer.observe(target)
    setWidth(target.getBoundingClientRect().width)
    return () => observer.disconnect()
  }, [element])
  return width
}
