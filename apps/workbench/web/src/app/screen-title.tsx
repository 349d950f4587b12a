import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

/** A screen's heading: names the browser's tab, and takes the focus when another view was navigated to. */
export function ScreenTitle({
  title,
  focusKey,
  children,
}: {
  readonly title: string
  /** Changes when another view is shown. */
  readonly focusKey: string
  readonly children: ComponentChildren
}) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    document.title = `${title} · Linked Traces`
  }, [title])
  // The key stands for "another view".
  useEffect(() => {
    // On the first page load the browser decides about the focus.
    if (navigatedOnce) heading.current?.focus({ preventScroll: true })
    navigatedOnce = true
  }, [focusKey])
  return (
    <h1 ref={heading} tabIndex={-1}>
      {children}
    </h1>
  )
}

let navigatedOnce = false
