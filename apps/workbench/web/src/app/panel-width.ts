const storageKey = 'linked-traces.panel-width'

/** Pixels: narrower, fields and their values would be cut; wider, nothing is left of what the panel is beside. */
const narrowest = 300
const widest = 900
const usual = 420

export type PanelWidth = { readonly now: number; readonly least: number; readonly most: number }

/** The width of panels beside a view, as the reader left it. */
export function panelWidth(): PanelWidth {
  const most = Math.max(narrowest, Math.min(widest, Math.round(innerWidth * 0.7)))
  const kept = Number(localStorage.getItem(storageKey)) || usual
  return { now: Math.min(most, Math.max(narrowest, kept)), least: narrowest, most }
}

/** Gives panels a width, kept for all views and the next visit. */
export function setPanelWidth(pixels: number): void {
  localStorage.setItem(storageKey, String(Math.round(pixels)))
  applyPanelWidth()
}

/** Lets style sheets know the width, as `--panel`. */
export function applyPanelWidth(): void {
  document.documentElement.style.setProperty('--panel', `${panelWidth().now}px`)
}
