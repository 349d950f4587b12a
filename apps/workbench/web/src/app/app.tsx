import { useEffect, useState } from 'preact/hooks'
import './controls.css'
import { ErrorBoundary } from './error-boundary.tsx'
import { Icon } from './icon.tsx'
import { lazyScreen } from './lazy-screen.tsx'
import { useAddress } from './location.ts'
import { type Route, readRoute } from './route.ts'
import { ScreenTitle } from './screen-title.tsx'
import { ShortcutHelp } from './shortcut-help.tsx'
import { applyTheme, shownTheme, storedTheme } from './theme.ts'
import { useShortcuts } from './use-shortcuts.ts'

const TraceScreen = lazyScreen(async () => (await import('../trace/trace-screen.tsx')).TraceScreen)
const LinkedScreen = lazyScreen(async () => (await import('../linked/linked-screen.tsx')).LinkedScreen)
const StreamScreen = lazyScreen(async () => (await import('../stream/stream-screen.tsx')).StreamScreen)
const DashboardScreen = lazyScreen(
  async () => (await import('../dashboard/dashboard-screen.tsx')).DashboardScreen,
)
const TracesScreen = lazyScreen(async () => (await import('../traces/traces-screen.tsx')).TracesScreen)

/** The page: a bar, and the screen that the address asks for. */
export function App() {
  const { pathname, query } = useAddress()
  const route = readRoute(pathname)
  const [help, setHelp] = useState(false)
  useShortcuts({ '?': () => setHelp(true) })
  return (
    <>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <header class="top-bar">
        <a class="brand" href="/">
          <svg viewBox="0 0 32 32" aria-hidden="true">
            <path class="brand-bar" d="M4 10h13M15 22h13" />
            <path class="brand-link" d="M17 10c9 0-11 12-2 12" />
          </svg>
          <span class="brand-name">Linked Traces</span>
        </a>
        <nav aria-label="Screens">
          <NavLink href="/" current={route.screen === 'stream'}>
            Stream
          </NavLink>
          <NavLink href="/traces" current={['traces', 'trace', 'linked'].includes(route.screen)}>
            Traces
          </NavLink>
          <NavLink href="/dashboard" current={route.screen === 'dashboard'}>
            Dashboard
          </NavLink>
        </nav>
        <div class="top-bar-end">
          <ThemeButton />
          <button
            type="button"
            class="icon-button"
            aria-label="Keys"
            title="Keys (?)"
            onClick={() => setHelp(true)}
          >
            <Icon name="help" />
          </button>
        </div>
      </header>
      <main id="main">
        <ErrorBoundary showing={pathname} what="This view">
          <Screen route={route} query={query} />
        </ErrorBoundary>
      </main>
      {help && <ShortcutHelp onClose={() => setHelp(false)} />}
    </>
  )
}

function Screen({ route, query }: { readonly route: Route; readonly query: URLSearchParams }) {
  switch (route.screen) {
    case 'trace':
      return <TraceScreen key={route.traceId} traceId={route.traceId} query={query} />
    case 'linked':
      return <LinkedScreen key={route.traceId} traceId={route.traceId} query={query} />
    case 'stream':
      return <StreamScreen query={query} />
    case 'traces':
      return <TracesScreen query={query} />
    case 'dashboard':
      return <DashboardScreen query={query} />
    default:
      return (
        <div class="note">
          <ScreenTitle title="Not found" focusKey="unknown">
            There is no such page
          </ScreenTitle>
          <p>
            Traces are listed under <a href="/traces">Traces</a>.
          </p>
        </div>
      )
  }
}

function NavLink(props: { readonly href: string; readonly current: boolean; readonly children: string }) {
  return (
    <a href={props.href} aria-current={props.current ? 'page' : undefined}>
      {props.children}
    </a>
  )
}

function ThemeButton() {
  const [theme, setTheme] = useState(shownTheme)
  useEffect(() => {
    const system = matchMedia('(prefers-color-scheme: dark)')
    const update = () => setTheme(shownTheme())
    system.addEventListener('change', update)
    return () => system.removeEventListener('change', update)
  }, [])
  const other = theme === 'dark' ? 'light' : 'dark'
  const toggle = () => {
    const system = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'
    // Back to what the system says is back to following it.
    applyTheme(other === system && storedTheme() ? null : other)
    setTheme(shownTheme())
  }
  const label = `Switch to ${other} colours`
  return (
    <button type="button" class="icon-button" aria-label={label} title={label} onClick={toggle}>
      <Icon name={other === 'dark' ? 'moon' : 'sun'} />
    </button>
  )
}
