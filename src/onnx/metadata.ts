// What nabla keeps in a model's metadata_props besides the graph.

/** The "major.minor" of nabla's formats, for what is under the names below. */
export const VERSION_KEY = 'nabla.format_version'
/** A list of strings in JSON: the names of the outputs' classes. */
export const CLASS_NAMES_KEY = 'nabla.class_names'

/**
 * The loss in JSON, its name and options: by which losses a network tells classes from labels, and where one begins. A loss of
 * the user's own is not there.
 */
export const LOSS_KEY = 'nabla.loss'

/**
 * A model's features and target in JSON, as toJSON() gives them, and the values of the graph between which the network is:
 * `{ features?, target?, from, to }`.
 */
export const MODEL_KEY = 'nabla.model'
