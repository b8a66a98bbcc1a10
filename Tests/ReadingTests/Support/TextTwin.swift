import Files

@testable import Reading

/// A record as a tree: what ``TextFinder`` never makes.
indirect enum Tree {
  case object([(key: [UInt8], value: Tree)])
  case list([Tree])
  case string([UInt8])
  /// A number or a boolean, as it is written.
  case word([UInt8])
  case null

  /// - Precondition: the line is valid JSON.
  init(_ line: [UInt8]) {
    var position = 0
    self = Self.value(line, &position)
  }

  private static func skip(_ line: [UInt8], _ position: inout Int) {
    while position < line.count, " \t\r\n,:".utf8.contains(line[position]) { position += 1 }
  }

  private static func value(_ line: [UInt8], _ position: inout Int) -> Tree {
    skip(line, &position)
    switch line[position] {
    case UInt8(ascii: "\""): return .string(string(line, &position))
    case UInt8(ascii: "["):
      position += 1
      var items: [Tree] = []
      skip(line, &position)
      while line[position] != UInt8(ascii: "]") {
        items.append(value(line, &position))
        skip(line, &position)
      }
      position += 1
      return .list(items)
    case UInt8(ascii: "{"):
      position += 1
      var members: [(key: [UInt8], value: Tree)] = []
      skip(line, &position)
      while line[position] != UInt8(ascii: "}") {
        let key = string(line, &position)
        members.append((key, value(line, &position)))
        skip(line, &position)
      }
      position += 1
      return .object(members)
    default:
      let start = position
      while !",]} \t\r\n".utf8.contains(line[position]) { position += 1 }
      let word = Array(line[start..<position])
      return word == Array("null".utf8) ? .null : .word(word)
    }
  }

  private static func string(_ line: [UInt8], _ position: inout Int) -> [UInt8] {
    position += 1
    let start = position
    while line[position] != UInt8(ascii: "\"") {
      position += line[position] == UInt8(ascii: "\\") ? 2 : 1
    }
    position += 1
    return JSONScanner.unescaped(line[start..<position - 1].span)
  }

  func member(_ name: [UInt8]) -> Tree? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.key == name }?.value
  }
}

/// The naive twin of ``TextFinder``: it walks over trees and makes a list of strings at each step.
struct TextTwin {
  enum Reason: Error { case noText, wrongKind }

  private struct Found {
    var texts: [[UInt8]] = []
    var isStrange = false
  }

  static func text(_ textField: TextField, _ line: [UInt8]) -> Result<[UInt8], Reason> {
    let expression = TextExpression(reading: textField.expression)
    do throws(Reason) {
      let found = try read(expression, Tree(line))
      if found.isStrange { throw .wrongKind }
      if found.texts.isEmpty { throw .noText }
      let parts = found.texts.filter { !$0.isEmpty }
      return .success(Array(parts.joined(separator: textField.joint.utf8)))
    } catch {
      return .failure(error)
    }
  }

  private static func read(_ expression: TextExpression, _ record: Tree) throws(Reason) -> Found {
    guard case .object = record else { return other(than: record) }
    var all = Found()
    for field in expression.fields {
      var isStrange = false
      for path in field {
        var value: Tree? = record
        if let head = path.head { value = record.member(expression.heads[head]) }
        guard let value else { continue }
        let found = try follow(path.steps[...], value)
        if !found.texts.isEmpty {
          if found.isStrange { throw .wrongKind }
          all.texts += found.texts
          isStrange = false
          break
        }
        isStrange = isStrange || found.isStrange
      }
      all.isStrange = all.isStrange || isStrange
    }
    return all
  }

  private static func other(than value: Tree) -> Found {
    if case .null = value { Found() } else { Found(isStrange: true) }
  }

  private static func follow(
    _ steps: ArraySlice<TextExpression.Step>, _ value: Tree
  ) throws(Reason) -> Found {
    guard let step = steps.first else {
      switch value {
      case .string(let text): return Found(texts: [text])
      case .null: return Found()
      default: throw .wrongKind
      }
    }
    var chosen: [Tree] = []
    var all = Found()
    switch step {
    case .group(let group): return try read(group, value)
    case .key(let key):
      guard case .object = value else { return other(than: value) }
      chosen = value.member(key).map { [$0] } ?? []
    case .items, .item, .filter:
      guard case .list(let items) = value else { return other(than: value) }
      switch step {
      case .item(let index):
        let place = index < 0 ? items.count + index : index
        chosen = items.indices.contains(place) ? [items[place]] : []
      case .filter(let filter):
        for item in items {
          switch item {
          case .object: if allows(filter, item) { chosen.append(item) }
          case .null: break
          default: all.isStrange = true
          }
        }
      default: chosen = items
      }
    }
    for item in chosen {
      let found = try follow(steps.dropFirst(), item)
      all.texts += found.texts
      all.isStrange = all.isStrange || found.isStrange
    }
    return all
  }

  private static func allows(_ filter: TextExpression.Filter, _ item: Tree) -> Bool {
    var value: Tree? = item
    for key in filter.keys { value = value?.member(key) }
    switch value {
    case .string(let text)?: return (text == filter.text) == filter.isEqual
    case .word(let word)?:
      let written = String(decoding: word, as: UTF8.self)
      let isSame =
        switch filter.value {
        case .boolean(let value)?: written == String(value)
        case .number(let value)?: Double(written) == value
        case .largeNumber(let value)?: written == value
        default: false
        }
      return isSame == filter.isEqual
    default: return !filter.isEqual
    }
  }
}

/// What ``DocumentParser`` finds for a text of several parts, or why it finds none.
func parts(
  _ line: [UInt8], _ textField: TextField, kernels: Kernels
) throws -> Result<[UInt8], TextTwin.Reason> {
  switch try parse(line, textField, kernels: kernels) {
  case .success(let text): return .success(text)
  case .failure(.missingField), .failure(.missingInList), .failure(.noText):
    return .failure(.noText)
  case .failure(.notAString), .failure(.notOfKind): return .failure(.wrongKind)
  case .failure(let error): throw error
  }
}
