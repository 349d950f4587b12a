import { render } from 'preact'
import './app/app.css'
import { App } from './app/app.tsx'
import { followLinks } from './app/location.ts'
import { applyPanelWidth } from './app/panel-width.ts'
import { applyTheme, storedTheme } from './app/theme.ts'

applyTheme(storedTheme())
applyPanelWidth()
addEventListener('resize', applyPanelWidth)
followLinks(document)
const root = document.getElementById('app')
if (root) render(<App />, root)
