import { readFileSync } from 'node:fs'
import type { RequestOptions } from 'node:https'
import type { TlsFiles } from '../config/telemetry-config.ts'

/** The PEM files of a destination as Node takes them. Throws the error of the file system. */
export function readTlsFiles(files: TlsFiles | undefined): Pick<RequestOptions, 'ca' | 'cert' | 'key'> {
  const options: Pick<RequestOptions, 'ca' | 'cert' | 'key'> = {}
  if (files?.certificate !== undefined) options.ca = readFileSync(files.certificate)
  if (files?.clientCertificate !== undefined) options.cert = readFileSync(files.clientCertificate)
  if (files?.clientKey !== undefined) options.key = readFileSync(files.clientKey)
  return options
}
