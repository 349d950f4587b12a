import { useState } from 'preact/hooks'
import { panelWidth, setPanelWidth } from './panel-width.ts'

/** Pixels an arrow key moves the edge. */
const step = 24

/** The edge of a panel at the page's right: dragging it, or its arrow keys, makes the panel wider or narrower. */
export function ResizeHandle() {
  const [width, setWidth] = useState(panelWidth)
  const set = (pixels: number) => {
    setPanelWidth(Math.min(width.most, Math.max(width.least, pixels)))
    setWidth(panelWidth())
  }
  return (
    // biome-ignore lint/a11y/useSemanticElements: a separator that can be moved is no <hr>.
    <div
      class="resize-handle"
      role="separator"
      aria-orientation="vertical"
      aria-label="Width of the panel"
      aria-valuenow={width.now}
      aria-valuemin={width.least}
      aria-valuemax={width.most}
      tabIndex={0}
      title="Drag, or press ← and →, to resize"
      onPointerDown={(event) => {
        event.preventDefault()
        event.currentTarget.setPointerCapture(event.pointerId)
      }}
      onPointerMove={(event) => {
        if (event.currentTarget.hasPointerCapture(event.pointerId)) set(innerWidth - event.clientX)
      }}
      onKeyDown={(event) => {
        const by = event.key === 'ArrowLeft' ? step : event.key === 'ArrowRight' ? -step : 0
        if (by === 0) return
        event.preventDefault()
        set(width.now + by)
      }}
    />
  )
}
