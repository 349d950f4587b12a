import { writeSync } from 'node:fs'
import { recordSpans } from '../boundary-recording.ts'

recordSpans({ inbound: 'link' })

process.on('exit', () => {
  const { moduleLoadList } = process as unknown as { moduleLoadList: string[] }
  writeSync(1, moduleLoadList.includes('NativeModule https') ? 'loaded' : 'not loaded')
})
