/** What `net.diagnose` found. */
export interface DiagnosisNote {
  /** What is wrong: docs/not-learning.md says when each is told, and what mends it. */
  readonly what:
    | 'inputs'
    | 'targets'
    | 'outlier'
    | 'weights'
    | 'rate'
    | 'reach'
    | 'constant column'
    | 'absent class'
    | 'class never predicted'
    | 'dead units'
    | 'saturated units'
    | 'saturated outputs'
    | 'vanishing'
    | 'exploding'
  /** The layer, from 0, where it is about one. */
  readonly layer?: number
  /** The column of x or of y, or the class, where it is about one. */
  readonly column?: number
  /** What is wrong, by which numbers, and what mends it. */
  readonly text: string
  /** How far off it is: a ratio, or a share. */
  readonly factor?: number
}
