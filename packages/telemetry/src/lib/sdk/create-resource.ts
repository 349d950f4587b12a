import { randomUUID } from 'node:crypto'
import { arch, hostname } from 'node:os'
import { basename } from 'node:path'
import type { Attributes } from '@opentelemetry/api'
import type { Resource } from '@opentelemetry/resources'
import { defaultResource, osDetector, resourceFromAttributes } from '@opentelemetry/resources'
import { DISTRO } from './distro.ts'
import { LateResource } from './late-resource.ts'

/**
 * The newest semantic conventions that Axiom maps to its columns. The instrumentations' attributes that matter here
 * (`http.*`, `url.*`, `server.*`, `client.*`) are stable and the same in it as in the newest.
 */
export const SCHEMA_URL = 'https://opentelemetry.io/schemas/1.37.0'

/** What `host.arch` calls the architectures that Node has other names for. */
const HOST_ARCH: Readonly<Record<string, string>> = { x64: 'amd64', ia32: 'x86', arm: 'arm32', ppc: 'ppc32' }

/**
 * Describes the process that the spans come from. `configured` attributes go over those found here.
 *
 * Command line, owner and machine id are left out: the first may hold secrets, the second is a person, and to find the
 * third takes a process of its own on some systems. The stock detectors know no half measures.
 */
export function createResource(configured: Attributes): Resource {
  return new LateResource(SCHEMA_URL, () => describeProcess(configured))
}

function describeProcess(configured: Attributes): Resource {
  return defaultResource()
    .merge(resourceFromAttributes(osDetector.detect().attributes ?? {}))
    .merge(
      resourceFromAttributes(
        {
          'telemetry.distro.name': DISTRO.name,
          'telemetry.distro.version': DISTRO.version,
          'host.name': hostname(),
          'host.arch': HOST_ARCH[arch()] ?? arch(),
          'process.pid': process.pid,
          'process.executable.name': basename(process.execPath),
          'process.executable.path': process.execPath,
          'process.runtime.name': 'nodejs',
          'process.runtime.version': process.versions.node,
          'process.runtime.description': 'Node.js',
          'service.instance.id': randomUUID(),
          ...configured,
        },
        { schemaUrl: SCHEMA_URL },
      ),
    )
}
