// The texts that csv-spectrum (github.com/max-mapper/csv-spectrum) asks of a reader of CSV, written anew: each case by
// its name there, the text, and its rows.

export const spectrum: readonly (readonly [name: string, text: string, rows: readonly string[][]])[] = [
  [
    'comma in quotes',
    'first,last,address\nAda,Lovelace,"12 St James\'s Square, London"\n',
    [
      ['first', 'last', 'address'],
      ['Ada', 'Lovelace', "12 St James's Square, London"],
    ],
  ],
  [
    'empty',
    'a,b,c\n1,"",""\n2,3,4\n',
    [
      ['a', 'b', 'c'],
      ['1', '', ''],
      ['2', '3', '4'],
    ],
  ],
  [
    'empty crlf',
    'a,b,c\r\n1,"",""\r\n2,3,4\r\n',
    [
      ['a', 'b', 'c'],
      ['1', '', ''],
      ['2', '3', '4'],
    ],
  ],
  [
    'escaped quotes',
    'a,b\n1,"ha ""ha"" ha"\n""""""," """\n3,4\n',
    [
      ['a', 'b'],
      ['1', 'ha "ha" ha'],
      ['""', ' "'],
      ['3', '4'],
    ],
  ],
  [
    'json',
    'key,val\n1,"{""type"": ""Point"", ""coordinates"": [102.0, 0.5]}"\n',
    [
      ['key', 'val'],
      ['1', '{"type": "Point", "coordinates": [102.0, 0.5]}'],
    ],
  ],
  [
    'location coordinates',
    'id,position\r\n7,"48°51\'24""N 2°21\'8""E, Paris"\r\n',
    [
      ['id', 'position'],
      ['7', '48°51\'24"N 2°21\'8"E, Paris'],
    ],
  ],
  [
    'newlines',
    'a,b,c\n1,2,3\n"Once upon \na time",5,6\n7,8,9\n',
    [
      ['a', 'b', 'c'],
      ['1', '2', '3'],
      ['Once upon \na time', '5', '6'],
      ['7', '8', '9'],
    ],
  ],
  [
    'newlines crlf',
    'a,b,c\r\n1,2,3\r\n"Once upon \r\na time",5,6\r\n7,8,9\r\n',
    [
      ['a', 'b', 'c'],
      ['1', '2', '3'],
      ['Once upon \r\na time', '5', '6'],
      ['7', '8', '9'],
    ],
  ],
  [
    'quotes and newlines',
    'a,b\n1,"ha\n""ha""\nha"\n3,4\n',
    [
      ['a', 'b'],
      ['1', 'ha\n"ha"\nha'],
      ['3', '4'],
    ],
  ],
  [
    'simple',
    'a,b,c\n1,2,3',
    [
      ['a', 'b', 'c'],
      ['1', '2', '3'],
    ],
  ],
  [
    'simple crlf',
    'a,b,c\r\n1,2,3',
    [
      ['a', 'b', 'c'],
      ['1', '2', '3'],
    ],
  ],
  [
    'utf8',
    'a,b,c\n1,2,3\n4,5,ʤ\n∑,😀,"é,ü"',
    [
      ['a', 'b', 'c'],
      ['1', '2', '3'],
      ['4', '5', 'ʤ'],
      ['∑', '😀', 'é,ü'],
    ],
  ],
]
