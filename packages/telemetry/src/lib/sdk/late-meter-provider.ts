import type { Attributes, Context, Counter, Meter, MeterProvider, UpDownCounter } from '@opentelemetry/api'
import { createNoopMeter } from '@opentelemetry/api'

/**
 * Stands in for a meter provider that may be registered after the telemetry was started: OpenTelemetry's API has a proxy
 * for tracers, and none for meters. Made for the SDK's metrics of itself, which are sums.
 *
 * Until `connect`, counters count nothing; up-down counters remember, as what goes up before may come down after.
 */
export class LateMeterProvider implements MeterProvider {
  #provider: MeterProvider | undefined
  /** Those that wait for a provider: two instruments for each tracer of the application. */
  readonly #waiting: ((provider: MeterProvider) => void)[] = []

  /** @param provider the one that is there already. */
  constructor(provider?: MeterProvider) {
    this.#provider = provider
  }

  /** Whether there is a provider. */
  get connected(): boolean {
    return this.#provider !== undefined
  }

  getMeter(...id: Parameters<MeterProvider['getMeter']>): Meter {
    if (this.#provider !== undefined) return this.#provider.getMeter(...id)
    const wait = <Instrument extends Counter>(
      instrument: LateSum,
      create: (meter: Meter) => Instrument,
    ): LateSum => {
      this.whenConnected((provider) => instrument.connect(create(provider.getMeter(...id))))
      return instrument
    }
    return Object.assign(Object.create(createNoopMeter()), {
      createCounter: (...options: Parameters<Meter['createCounter']>) => {
        return wait(new LateSum(), (meter) => meter.createCounter(...options))
      },
      createUpDownCounter: (...options: Parameters<Meter['createUpDownCounter']>) => {
        return wait(new LateUpDownCounter(), (meter) => meter.createUpDownCounter(...options))
      },
    })
  }

  /** Calls back with the provider, at once when there is one. */
  whenConnected(callback: (provider: MeterProvider) => void): void {
    if (this.#provider === undefined) this.#waiting.push(callback)
    else callback(this.#provider)
  }

  /** From now on everything goes to `provider`, if there is one and was none before. */
  connect(provider: MeterProvider | undefined): void {
    if (provider === undefined || this.#provider !== undefined) return
    this.#provider = provider
    for (const connect of this.#waiting.splice(0)) connect(provider)
  }
}

/** What a counter has come to while nobody collected it. */
interface SumBefore {
  value: number
  readonly attributes: Attributes
}

class LateSum implements Counter {
  protected sum: Counter | UpDownCounter | undefined

  connect(sum: Counter | UpDownCounter): void {
    this.sum = sum
  }

  add(value: number, attributes?: Attributes, context?: Context): void {
    this.sum?.add(value, attributes, context)
  }
}

class LateUpDownCounter extends LateSum {
  /** By the one attribute that `otel.sdk.span.live` has. */
  readonly #before = new Map<unknown, SumBefore>()
  /** The one added to last: this is on the way of every span, and nearly all have the same attributes. */
  #last: SumBefore | undefined

  override connect(sum: UpDownCounter): void {
    super.connect(sum)
    for (const { value, attributes } of this.#before.values()) sum.add(value, attributes)
    this.#before.clear()
  }

  override add(value: number, attributes: Attributes = {}, context?: Context): void {
    if (this.sum !== undefined) {
      this.sum.add(value, attributes, context)
      return
    }
    if (this.#last?.attributes !== attributes) this.#last = this.#sumBefore(attributes)
    this.#last.value += value
  }

  #sumBefore(attributes: Attributes): SumBefore {
    const key = attributes['otel.span.sampling_result']
    const known = this.#before.get(key)
    if (known !== undefined) return known
    const added = { value: 0, attributes }
    this.#before.set(key, added)
    return added
  }
}
