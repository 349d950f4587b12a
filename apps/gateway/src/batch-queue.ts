export interface BatchQueueOptions<Message> {
  /** Takes a batch, and never rejects; the next batch follows when it is through. */
  readonly consume: (batch: readonly Message[]) => Promise<void>
  /** The most messages of one batch. */
  readonly maxBatch: number
  /** The most messages waiting. */
  readonly maxWaiting: number
  /** How long the first message of a batch waits for others, in milliseconds. */
  readonly lingerMillis: number
}

/** Stands in for a broker: a queue in this process, whose consumer takes many messages at a time. */
export class BatchQueue<Message> {
  readonly #options: BatchQueueOptions<Message>
  /** At most `maxWaiting`, the oldest first; they leave with their batch. */
  readonly #waiting: Message[] = []
  #consuming = false

  constructor(options: BatchQueueOptions<Message>) {
    this.#options = options
  }

  /** Whether so many more messages may wait. */
  hasRoomFor(messages: number): boolean {
    return this.#waiting.length + messages <= this.#options.maxWaiting
  }

  /** @throws {RangeError} when there is no room, which {@link hasRoomFor} tells before. */
  push(message: Message): void {
    const { maxWaiting, lingerMillis } = this.#options
    if (!this.hasRoomFor(1)) throw new RangeError(`The queue has room for ${maxWaiting} messages.`)
    this.#waiting.push(message)
    if (this.#consuming) return
    this.#consuming = true
    setTimeout(() => this.#consumeAll(), lingerMillis)
  }

  async #consumeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      await this.#options.consume(this.#waiting.splice(0, this.#options.maxBatch))
    }
    this.#consuming = false
  }
}
