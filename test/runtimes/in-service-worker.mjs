// The probe in a service worker, which may import nothing at run time, so that nabla/fit comes first, and lives as long as the event that it serves.

import 'nabla/fit'
import { probe } from './probe.mjs'
import { report } from './report.mjs'

addEventListener('message', (event) => event.waitUntil(report(event.data.run, probe)))
