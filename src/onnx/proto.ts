// The numbers of the fields and kinds that are read or written, as onnx.proto has them
// (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto). Fields with other numbers are skipped.

export const Model = {
  IR_VERSION: 1,
  PRODUCER_NAME: 2,
  PRODUCER_VERSION: 3,
  GRAPH: 7,
  OPSET_IMPORT: 8,
  METADATA_PROPS: 14,
} as const

/** OperatorSetIdProto */
export const OperatorSet = { DOMAIN: 1, VERSION: 2 } as const

/** StringStringEntryProto */
export const Entry = { KEY: 1, VALUE: 2 } as const

export const Graph = {
  NODE: 1,
  NAME: 2,
  INITIALIZER: 5,
  INPUT: 11,
  OUTPUT: 12,
  SPARSE_INITIALIZER: 15,
} as const

export const Node = { INPUT: 1, OUTPUT: 2, NAME: 3, OP_TYPE: 4, ATTRIBUTE: 5, DOMAIN: 7 } as const

export const Attribute = {
  NAME: 1,
  F: 2,
  I: 3,
  S: 4,
  T: 5,
  FLOATS: 7,
  INTS: 8,
  STRINGS: 9,
  TYPE: 20,
  REF_ATTR_NAME: 21,
} as const

/** AttributeProto.AttributeType */
export const AttributeType = {
  FLOAT: 1,
  INT: 2,
  STRING: 3,
  TENSOR: 4,
  FLOATS: 6,
  INTS: 7,
  STRINGS: 8,
} as const

export const Tensor = {
  DIMS: 1,
  DATA_TYPE: 2,
  SEGMENT: 3,
  FLOAT_DATA: 4,
  INT32_DATA: 5,
  STRING_DATA: 6,
  INT64_DATA: 7,
  NAME: 8,
  RAW_DATA: 9,
  DOUBLE_DATA: 10,
  UINT64_DATA: 11,
  EXTERNAL_DATA: 13,
  DATA_LOCATION: 14,
} as const

/** TensorProto.DataType */
export const DataType = {
  FLOAT: 1,
  UNDEFINED: 0,
  UINT8: 2,
  INT8: 3,
  UINT16: 4,
  INT16: 5,
  INT32: 6,
  INT64: 7,
  STRING: 8,
  BOOL: 9,
  FLOAT16: 10,
  DOUBLE: 11,
  UINT32: 12,
  UINT64: 13,
  BFLOAT16: 16,
} as const

/** ValueInfoProto, and the messages in it: TypeProto, TypeProto.Tensor, TensorShapeProto and its Dimension. */
export const ValueInfo = { NAME: 1, TYPE: 2 } as const
export const Type = { TENSOR_TYPE: 1 } as const
export const TensorType = { ELEM_TYPE: 1, SHAPE: 2 } as const
export const Shape = { DIM: 1 } as const
export const Dimension = { DIM_VALUE: 1, DIM_PARAM: 2 } as const
