import { nanosOf, type RelativeWindow, relativeWindows, type TimeWindow } from './time-window.ts'

/** Chooses the time a view looks at. `none` is what the view calls having no window (`Live`, `Any time`); without it there is always one. */
export function TimeWindowSelect(props: {
  readonly window: TimeWindow | null
  readonly none?: string
  readonly onChange: (window: TimeWindow | null) => void
}) {
  const { window } = props
  const value = window === null ? 'none' : 'last' in window ? window.last : 'between'
  const choose = (chosen: string) => {
    if (chosen === 'none') props.onChange(null)
    else if (chosen === 'between') {
      const now = Date.now()
      const millis = window && 'last' in window ? relativeWindows[window.last].millis : 3_600_000
      props.onChange({ from: nanosOf(now - millis), to: nanosOf(now) })
    } else props.onChange({ last: chosen as RelativeWindow })
  }
  const between = window && 'from' in window ? window : null
  return (
    <fieldset class="time-window">
      <legend class="visually-hidden">Time</legend>
      <select
        class="select"
        aria-label="Time window"
        value={value}
        onChange={(event) => choose(event.currentTarget.value)}
      >
        {props.none !== undefined && <option value="none">{props.none}</option>}
        {Object.entries(relativeWindows).map(([name, { label }]) => (
          <option key={name} value={name}>
            {label}
          </option>
        ))}
        <option value="between">Between…</option>
      </select>
      {between && (
        <>
          <Moment
            label="From"
            nanos={between.from}
            onChange={(from) => from !== null && props.onChange({ from, to: between.to })}
          />
          <span aria-hidden="true">–</span>
          <Moment
            label="To"
            nanos={between.to}
            onChange={(to) => props.onChange({ from: between.from, to })}
          />
        </>
      )}
    </fieldset>
  )
}

/** A moment in the reader's time zone, to the second. */
function Moment(props: {
  readonly label: string
  readonly nanos: string | null
  readonly onChange: (nanos: string | null) => void
}) {
  return (
    <input
      type="datetime-local"
      class="moment"
      aria-label={props.label}
      step="1"
      value={props.nanos === null ? '' : localMoment(Number(BigInt(props.nanos) / 1_000_000n))}
      onChange={(event) => {
        const millis = new Date(event.currentTarget.value).getTime()
        props.onChange(Number.isNaN(millis) ? null : nanosOf(millis))
      }}
    />
  )
}

/** `2026-11-22T21:00:00`, as the field wants it. */
function localMoment(millis: number): string {
  const offset = new Date(millis).getTimezoneOffset() * 60_000
  return new Date(millis - offset).toISOString().slice(0, 19)
}
