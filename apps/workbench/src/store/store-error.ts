/** Why the store cannot do its work, in words for whoever runs the workbench. */
export class StoreError extends Error {
  override readonly name = 'StoreError'
  /** `busy`: another workbench has it; `newer`: made by a newer workbench; `full`: no room on the disk; `damaged`: the file does not hold what was written to it; `failed`: anything else. */
  readonly code: 'STORE_BUSY' | 'STORE_NEWER' | 'STORE_FULL' | 'STORE_DAMAGED' | 'STORE_FAILED'

  constructor(code: StoreError['code'], message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
