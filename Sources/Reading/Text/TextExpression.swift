/// Which strings of a record are its text.
///
///     text                                        one field
///     meta.doc.text                               a field of an object in an object
///     instruction,input,output                    several fields, in this order
///     text|content|raw_content                    the first of these that is there and isn't null
///     messages[].content                          a field of each item of a list
///     messages[0].content, messages[-1].content   of the first item, and of the last
///     messages[role=assistant].content            of the items with this role (!= for the others)
///     messages[].(role,content)                   several fields of each item
///     "a.b".c                                     a key with a dot
///
/// The grammar, in EBNF:
///
///     text    = field { "," field } ;
///     field   = path { "|" path } ;
///     path    = { step "." } ( step | "(" text ")" ) ;
///     step    = key { "[" [ index | filter ] "]" } ;
///     index   = [ "-" ] digit { digit } ;
///     filter  = key { "." key } ( "=" | "!=" ) value ;
///     key     = bare | quoted ;
///     value   = bare | quoted ;
///     quoted  = a string as in JSON ;
///     bare    = one or more characters: any of . , | [ ] after a backslash only, in parentheses
///               also ), in a filter also = and !=; not beginning with ( or " ;
///
/// So `|` binds tighter than `,`: `a,b|c` is a, and b or c. A path that consists of keys is plain,
/// and a ``FieldPath`` with the same keys.
///
/// A path may lead to several strings, or to none. These rules decide about a record:
///
/// - A missing key, an item that isn't there, and null lead to nothing. So does an empty list.
/// - Of the alternatives of a field, the first that leads to something other than null counts.
/// - A value at the end of a path that is neither a string nor null makes the record invalid. So
///   does a value on the way that isn't the list or the object that the path expects, unless the
///   path leads to nothing, and another alternative of the field counts.
/// - The text is all strings, in the order of the fields and then of the record, with the joint
///   between each two. Empty strings are left out. A record whose paths all lead to nothing is
///   invalid.
/// - Of equal keys in an object, the first counts.
package struct TextExpression: Sendable, Equatable {
  /// The path of an alternative, from an object.
  struct Path: Sendable, Equatable {
    /// The number of its first key among ``heads``; nil if it begins with parentheses.
    var head: Int?
    /// What follows the first key.
    var steps: [Step] = []
  }

  enum Step: Sendable, Equatable {
    case key([UInt8])
    /// All items of a list.
    case items
    /// One item. Negative numbers count from the end.
    case item(Int)
    case filter(Filter)
    /// Always the last step.
    case group(TextExpression)
  }

  /// A condition on an item of a list.
  struct Filter: Sendable, Equatable {
    var keys: [[UInt8]]
    /// False for `!=`, which also allows items without the key.
    var isEqual: Bool
    /// The expected string.
    var text: [UInt8]
    /// Also allowed, unless the value is quoted; a number or a boolean.
    var value: FieldValue?
  }

  /// The first keys of all paths, each once.
  var heads: [[UInt8]] = []
  /// The alternatives of each field.
  var fields: [[Path]] = []

  /// The keys of a plain path; nil if there is more than that.
  var plainKeys: [[UInt8]]? {
    guard fields.count == 1, fields[0].count == 1, let head = fields[0][0].head else { return nil }
    var keys = [heads[head]]
    for step in fields[0][0].steps {
      guard case .key(let key) = step else { return nil }
      keys.append(key)
    }
    return keys
  }

  package var isPlain: Bool { plainKeys != nil }

  /// The keys of the record that any path begins with.
  package var rootKeys: [[UInt8]] {
    heads
      + fields.joined().flatMap { path in
        guard path.head == nil, case .group(let group)? = path.steps.first else {
          return [[UInt8]]()
        }
        return group.rootKeys
      }
  }

  /// A key as it is written in an expression, for messages.
  static func escaped(_ key: some Sequence<UInt8>) -> String {
    var result: [UInt8] = []
    for byte in key {
      let needsBackslash =
        switch byte {
        case UInt8(ascii: "."), UInt8(ascii: "\\"), UInt8(ascii: ","), UInt8(ascii: "="),
          UInt8(ascii: "|"), UInt8(ascii: "["), UInt8(ascii: "]"):
          true
        case UInt8(ascii: "("), UInt8(ascii: "\""): result.isEmpty
        default: false
        }
      if needsBackslash { result.append(UInt8(ascii: "\\")) }
      result.append(byte)
    }
    return String(decoding: result, as: UTF8.self)
  }
}
