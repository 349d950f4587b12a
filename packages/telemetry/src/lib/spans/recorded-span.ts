import type { InspectOptions, inspect } from 'node:util'
import type {
  Attributes,
  AttributeValue,
  Context,
  Exception,
  HrTime,
  Link,
  SpanContext,
  SpanKind,
  SpanStatus,
  TimeInput,
} from '@opentelemetry/api'
import { diag, SpanStatusCode } from '@opentelemetry/api'
import type { InstrumentationScope } from '@opentelemetry/core'
import {
  AddAttributeDecision,
  cleanSimpleAttributes,
  hrTimeDuration,
  isTimeInput,
  isTimeInputHrTime,
  maybeAddAttribute,
  millisToHrTime,
} from '@opentelemetry/core'
import type { Resource } from '@opentelemetry/resources'
import type { Span, SpanLimits, SpanProcessor, TimedEvent } from '@opentelemetry/sdk-trace'
import { EndedSpan, tellEnded, tellEndedTwice } from './ended-span.ts'
import { monotonicMillis } from './monotonic-millis.ts'
import type { AttributeLimits, CleanAttributes } from './span-attributes.ts'
import { copyAttributes, countAttributes, isPrimitive } from './span-attributes.ts'
import { isBefore, microsecondTime, timeAfter } from './span-time.ts'
import type { TracerMetrics } from './tracer-metrics.ts'
import type { WallClock } from './wall-clock.ts'

/** What all spans of a tracer have in common. */
export interface Recorder {
  readonly resource: Resource
  readonly scope: InstrumentationScope
  readonly limits: Readonly<Required<SpanLimits>>
  readonly linkLimits: AttributeLimits
  readonly eventLimits: AttributeLimits
  readonly processors: readonly SpanProcessor[]
  readonly metrics: TracerMetrics
  readonly clock: WallClock
}

/** What a span is started with. */
export interface SpanStart {
  readonly name: string
  readonly kind: SpanKind
  readonly spanContext: SpanContext
  readonly parent: SpanContext | undefined
  /** Within the limits; the span's own from now on. */
  readonly attributes: CleanAttributes
  /** Their attributes are within the limits. */
  readonly links: Link[]
  readonly startTime: TimeInput | undefined
}

const UNSET: SpanStatus = { code: SpanStatusCode.UNSET }
const NOT_ENDED: HrTime = [0, 0]
const NO_DURATION: HrTime = [-1, -1]

/**
 * A span that is recorded: what that of `@opentelemetry/sdk-trace` is and does, call by call, at a part of its cost. Starts
 * are told to the microsecond, not to the millisecond, so that a span does not seem to outlast its parent.
 *
 * Sources: OpenTelemetry specification, trace/api.md, "Span" and trace/sdk.md, "Span Limits".
 */
export class RecordedSpan implements Span {
  name: string
  readonly kind: SpanKind
  readonly parentSpanContext?: SpanContext
  readonly attributes: Attributes
  readonly links: Link[]
  readonly events: TimedEvent[] = []
  readonly startTime: HrTime
  endTime: HrTime = NOT_ENDED
  status: SpanStatus = UNSET
  droppedAttributesCount: number
  droppedEventsCount = 0
  droppedLinksCount = 0
  readonly #recorder: Recorder
  readonly #spanContext: SpanContext
  /** When it started, on the clock of `performance.now()`; not a number where the start was given. */
  readonly #started: number
  /** How many attributes there are at the most: one that is set again counts again, until it matters. */
  #atMost: number
  #ended = false
  #kept: Link | undefined

  constructor(recorder: Recorder, start: SpanStart, context: Context) {
    const { linkCountLimit } = recorder.limits
    this.#recorder = recorder
    this.#spanContext = start.spanContext
    this.name = start.name
    this.kind = start.kind
    if (start.parent !== undefined) this.parentSpanContext = start.parent
    this.attributes = start.attributes.attributes
    this.#atMost = start.attributes.atMost
    this.droppedAttributesCount = start.attributes.dropped
    this.links = start.links
    if (this.links.length > linkCountLimit) {
      this.droppedLinksCount = this.links.length - linkCountLimit
      this.links.splice(0, this.droppedLinksCount)
    }
    if (start.startTime === undefined) {
      this.startTime = microsecondTime(recorder.clock.now())
      this.#started = recorder.clock.monotonic
    } else {
      this.#started = Number.NaN
      this.startTime = this.#time(start.startTime)
    }
    for (const processor of recorder.processors) processor.onStart(this, context)
  }

  get resource(): Resource {
    return this.#recorder.resource
  }

  get instrumentationScope(): InstrumentationScope {
    return this.#recorder.scope
  }

  get duration(): HrTime {
    return this.endTime === NOT_ENDED ? NO_DURATION : hrTimeDuration(this.startTime, this.endTime)
  }

  get ended(): boolean {
    return this.#ended
  }

  spanContext(): SpanContext {
    return this.#spanContext
  }

  isRecording(): boolean {
    return !this.#ended
  }

  setAttribute(key: string, value: AttributeValue): this {
    if (!this.#isOpen() || value === undefined) return this
    const { limits } = this.#recorder
    if (
      isPrimitive(value) &&
      key.length > 0 &&
      limits.attributeValueLengthLimit === Number.POSITIVE_INFINITY
    ) {
      if (this.#atMost >= limits.attributeCountLimit && !this.#hasRoomFor(key)) {
        this.#dropAttribute()
        return this
      }
      this.#atMost++
      this.attributes[key] = value
      return this
    }
    const decision = maybeAddAttribute({
      key,
      value,
      attributes: this.attributes,
      limits,
      currentAttributesCount: this.#count(),
    })
    if (decision === AddAttributeDecision.ADD_NEW) this.#atMost++
    else if (decision === AddAttributeDecision.DROP_LIMIT_REACHED) this.#dropAttribute()
    return this
  }

  setAttributes(attributes: Attributes): this {
    for (const key in attributes) {
      if (Object.hasOwn(attributes, key)) this.setAttribute(key, attributes[key] as AttributeValue)
    }
    return this
  }

  addEvent(name: string, attributesOrTime?: Attributes | TimeInput, time?: TimeInput): this {
    if (!this.#isOpen()) return this
    const { limits, eventLimits } = this.#recorder
    if (limits.eventCountLimit === 0) {
      diag.warn('No events allowed.')
      this.droppedEventsCount++
      return this
    }
    if (this.events.length >= limits.eventCountLimit) {
      if (this.droppedEventsCount === 0) diag.debug('Dropping extra events.')
      this.events.shift()
      this.droppedEventsCount++
    }
    const hasTime = isTimeInput(attributesOrTime)
    const at = hasTime && !isTimeInput(time) ? attributesOrTime : time
    const attributes = hasTime ? undefined : (attributesOrTime as Attributes | undefined)
    this.events.push({ name, time: this.#time(at), ...cleanSimpleAttributes(attributes, eventLimits) })
    return this
  }

  addLink(link: Link): this {
    if (!this.#isOpen()) return this
    const { linkCountLimit } = this.#recorder.limits
    if (linkCountLimit === 0) {
      this.droppedLinksCount++
      return this
    }
    if (this.links.length >= linkCountLimit) {
      if (this.droppedLinksCount === 0) diag.debug('Dropping extra links.')
      this.#dropOldestLink()
      this.droppedLinksCount++
    }
    if (this.links.length < linkCountLimit) this.links.push(cleanLink(link, this.#recorder))
    return this
  }

  addLinks(links: Link[]): this {
    for (const link of links) this.addLink(link)
    return this
  }

  /**
   * Makes the link to a span context the last to go: a span that has all the links it may have drops its oldest for a
   * new one, which would be the very link it was created for.
   */
  keepLink(target: SpanContext): void {
    // It is the last one, unless others were given with it.
    const last = this.links[this.links.length - 1]
    this.#kept = last?.context === target ? last : this.links.findLast(({ context }) => context === target)
  }

  setStatus(status: SpanStatus): this {
    if (!this.#isOpen() || status.code === SpanStatusCode.UNSET || this.status.code === SpanStatusCode.OK) {
      return this
    }
    const { code, message } = status
    if (code !== SpanStatusCode.ERROR || message == null) this.status = { code }
    else if (typeof message === 'string') this.status = { code, message }
    else {
      this.status = { code }
      diag.warn(`Dropping invalid status.message of type '${typeof message}', expected 'string'`)
    }
    return this
  }

  updateName(name: string): this {
    if (this.#isOpen()) this.name = name
    return this
  }

  recordException(exception: Exception, time?: TimeInput): void {
    const attributes = describeException(exception)
    if (attributes !== undefined) this.addEvent('exception', attributes, time)
    else diag.warn('Failed to record an exception without a name, a code and a message.')
  }

  end(endTime?: TimeInput): void {
    if (!this.#isOpen()) {
      tellEndedTwice(this.name, this.#spanContext)
      return
    }
    this.endTime = this.#time(endTime)
    if (isBefore(this.endTime, this.startTime)) {
      diag.warn(
        'Inconsistent start and end time, startTime > endTime. Setting span duration to 0ms.',
        this.startTime,
        this.endTime,
      )
      this.endTime = [...this.startTime]
    }
    const { processors, metrics } = this.#recorder
    if (this.droppedEventsCount > 0) {
      diag.warn(`Dropped ${this.droppedEventsCount} events because eventCountLimit reached`)
    }
    if (this.droppedLinksCount > 0) {
      diag.warn(`Dropped ${this.droppedLinksCount} links because linkCountLimit reached`)
    }
    for (const processor of processors) processor.onEnding?.(this)
    metrics.ended(this.#spanContext)
    this.#ended = true
    for (const processor of processors) processor.onEnd(this)
  }

  /** What is left of it where nobody delivers it. */
  remains(): EndedSpan {
    return new EndedSpan(this.name, this.#spanContext)
  }

  /** For `util.inspect`: what was recorded, without who records. */
  [Symbol.for('nodejs.util.inspect.custom')](
    depth: number,
    options: InspectOptions & { stylize?: (text: string, style: string) => string },
    show: typeof inspect,
  ): string {
    if (depth < 0) return options.stylize?.('[RecordedSpan]', 'special') ?? '[RecordedSpan]'
    const { instrumentationScope, duration, ended } = this
    const recorded = { ...this, spanContext: this.#spanContext, duration, ended, instrumentationScope }
    return `RecordedSpan ${show(recorded, options)}`
  }

  #isOpen(): boolean {
    if (this.#ended) tellEnded(this.#spanContext)
    return !this.#ended
  }

  #hasRoomFor(key: string): boolean {
    return Object.hasOwn(this.attributes, key) || this.#count() < this.#recorder.limits.attributeCountLimit
  }

  /** How many attributes there are; where there is room for more, how many at the most. */
  #count(): number {
    if (this.#atMost >= this.#recorder.limits.attributeCountLimit)
      this.#atMost = countAttributes(this.attributes)
    return this.#atMost
  }

  #dropAttribute(): void {
    this.droppedAttributesCount++
    if (this.droppedAttributesCount === 1) diag.warn('Dropping extra attributes.')
  }

  /** In place of the one that is kept, the next one goes; where it is the only one, the new link does. */
  #dropOldestLink(): void {
    if (this.#kept === undefined || this.links[0] !== this.#kept) this.links.shift()
    else this.links.splice(1, 1)
  }

  #time(given: TimeInput | undefined): HrTime {
    if (typeof given === 'number') {
      const now = monotonicMillis()
      // A small number is one of `performance.now()`.
      return millisToHrTime(given <= now ? this.#recorder.clock.now() - now + given : given)
    }
    if (given instanceof Date) return millisToHrTime(given.getTime())
    if (isTimeInputHrTime(given)) return given
    if (Number.isNaN(this.#started)) return millisToHrTime(Date.now())
    return timeAfter(this.startTime, monotonicMillis() - this.#started)
  }
}

/** A link as a span keeps it. */
export function cleanLink(
  { context, attributes: given }: Link,
  { linkLimits }: Pick<Recorder, 'linkLimits'>,
): Link {
  if (typeof given !== 'object' || given === null) return { context }
  const { attributes, dropped } = copyAttributes(given, linkLimits)
  return { context, attributes, droppedAttributesCount: dropped }
}

/** The attributes of an `exception` event (semantic conventions, exceptions/exceptions-spans.md). */
function describeException(exception: Exception): Attributes | undefined {
  if (typeof exception === 'string') return exception === '' ? undefined : { 'exception.message': exception }
  if (!exception) return undefined
  const { code, name, message, stack } = exception
  const type = code ? code.toString() : name || undefined
  if (!type && !message) return undefined
  return {
    ...(type && { 'exception.type': type }),
    ...(message && { 'exception.message': message }),
    ...(stack && { 'exception.stacktrace': stack }),
  }
}
