/** What the reader chose; `null` follows the system. */
export type Theme = 'light' | 'dark' | null

const storageKey = 'linked-traces.theme'

export function storedTheme(): Theme {
  const stored = localStorage.getItem(storageKey)
  return stored === 'light' || stored === 'dark' ? stored : null
}

export function applyTheme(theme: Theme): void {
  if (theme) {
    document.documentElement.dataset.theme = theme
    localStorage.setItem(storageKey, theme)
  } else {
    delete document.documentElement.dataset.theme
    localStorage.removeItem(storageKey)
  }
}

/** What is seen now. */
export function shownTheme(): 'light' | 'dark' {
  return storedTheme() ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')
}
