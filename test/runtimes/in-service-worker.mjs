// The probe in a service worker, which may import nothing at run time and lives as long as the event that it serves.

import { probe } from './probe.mjs'
import { report } from './report.mjs'

addEventListener('message', (event) => event.waitUntil(report(event.data.run, probe)))
