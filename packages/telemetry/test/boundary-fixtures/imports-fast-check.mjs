import { __version } from 'fast-check'

process.stdout.write(__version)
