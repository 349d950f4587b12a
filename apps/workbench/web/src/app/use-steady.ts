import { useRef } from 'preact/hooks'

/** The last value there was of one `subject`, while the next is on its way: what is shown does not go and come back. */
export function useSteady<T>(value: T | undefined, subject: string): T | undefined {
  const last = useRef<{ subject: string; value: T | undefined }>({ subject, value: undefined })
  if (value !== undefined || last.current.subject !== subject) last.current = { subject, value }
  return last.current.value
}
