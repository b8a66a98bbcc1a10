/// Text that is wrapped at words to the width of a terminal, where parts of it may be marked.
///
/// What comes in may come from anywhere: control characters are spelled out, and long words are
/// broken.
struct WrappedText {
  /// How marks look.
  enum Marks { case colors, signs }

  /// Marks of one letter that are shown. A tower of them would cover other lines.
  private static let mostAccents = 4
  private static let reset = "\u{1B}[0m"

  private(set) var lines: [String] = []
  private let room: Int
  private let indent: String
  private var line = ""
  private var lineWidth = 0
  private var word = ""
  private var wordWidth = 0
  /// The colour of the word's end, and that of what comes.
  private var shownColor = ""
  private var color = ""
  private var accents = 0

  /// - Parameter width: the width of lines, with their indent.
  init(width: Int, indent: Int) {
    self.indent = String(repeating: " ", count: indent)
    room = max(8, width - indent)
  }

  mutating func add(_ text: String) {
    for scalar in text.unicodeScalars {
      if scalar.properties.isWhitespace {
        endWord()
      } else {
        add(scalar)
      }
    }
  }

  /// Adds text that is marked, between two signs or in a colour.
  mutating func add(_ text: String, sign: String, color number: Int, _ marks: Marks) {
    if marks == .signs {
      put(sign, width: 1)
      add(text)
      put(sign, width: 1)
    } else {
      color = "\u{1B}[1;\(number)m"
      add(text)
      endColor()
      color = ""
    }
  }

  mutating func end() {
    endWord()
    endLine()
  }

  private mutating func add(_ scalar: Unicode.Scalar) {
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark:
      accents += 1
      if accents <= Self.mostAccents { put(String(scalar), width: 0) }
    default:
      accents = 0
      let text = PrintableText.of(String(scalar))
      put(text, width: text.unicodeScalars.count == 1 && scalar.isWide ? 2 : text.count)
    }
  }

  private mutating func put(_ text: String, width: Int) {
    if wordWidth + width > room { endWord() }
    if shownColor != color {
      word += color
      shownColor = color
    }
    word += text
    wordWidth += width
  }

  private mutating func endColor() {
    if !shownColor.isEmpty { word += Self.reset }
    shownColor = ""
  }

  private mutating func endWord() {
    endColor()
    guard !word.isEmpty else { return }
    if lineWidth > 0, lineWidth + 1 + wordWidth > room { endLine() }
    if lineWidth > 0 {
      line += " "
      lineWidth += 1
    }
    line += word
    lineWidth += wordWidth
    (word, wordWidth) = ("", 0)
  }

  private mutating func endLine() {
    if !line.isEmpty { lines.append(indent + line) }
    (line, lineWidth) = ("", 0)
  }
}

extension Unicode.Scalar {
  /// Whether terminals show the character two columns wide: those of East Asia, and pictures.
  fileprivate var isWide: Bool {
    switch value {
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3,
      0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F,
      0x1F680...0x1F6FF, 0x1F900...0x1FAFF, 0x20000...0x3FFFD:
      true
    default: false
    }
  }
}
