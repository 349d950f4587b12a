import { render } from 'preact'
import './app/app.css'
import { App } from './app/app.tsx'
import { followLinks } from './app/location.ts'
import { applyTheme, storedTheme } from './app/theme.ts'

applyTheme(storedTheme())
followLinks(document)
const root = document.getElementById('app')
if (root) render(<App />, root)
