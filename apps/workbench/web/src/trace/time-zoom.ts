/** A part of the trace, in nanoseconds since its start. */
export type Zoom = { readonly from: number; readonly to: number }

/** Zooming in further would show nothing: nanoseconds. */
const shortest = 100

/** The part of a trace that the parameter `window` (`from-to`) asks for; all of it when it asks for nothing sensible. */
export function readZoom(text: string | null, duration: number): Zoom {
  const whole = { from: 0, to: Math.max(duration, 1) }
  const [, from, to] = /^(\d{1,18})-(\d{1,18})$/.exec(text ?? '') ?? []
  if (from === undefined || to === undefined) return whole
  return keepWithin({ from: Number(from), to: Number(to) }, duration)
}

/** For the address; `null` for all of the trace. */
export function zoomText({ from, to }: Zoom, duration: number): string | null {
  return from <= 0 && to >= duration ? null : `${Math.round(from)}-${Math.round(to)}`
}

/** Zooms by `factor` (below 1: in) around the time that shall stay where it is. */
export function zoomBy(zoom: Zoom, factor: number, around: number, duration: number): Zoom {
  const from = around - (around - zoom.from) * factor
  const to = around + (zoom.to - around) * factor
  return keepWithin({ from, to }, duration)
}

function keepWithin({ from, to }: Zoom, duration: number): Zoom {
  const most = Math.max(duration, 1)
  const length = Math.min(most, Math.max(shortest, to - from))
  const start = Math.min(Math.max(0, from), most - length)
  return { from: start, to: start + length }
}
