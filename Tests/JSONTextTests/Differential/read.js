// Reads texts with JSON.parse and says of each what came of it; read.py tells the form of the lines.
"use strict"

const decoder = new TextDecoder("utf-8", { fatal: true })

/** Whether a value is the one that the words from `at` on describe; returns where it ends, or -1. */
function compare(value, words, at) {
  const word = words[at]
  const rest = word.slice(1)
  switch (word[0]) {
    case "n":
      return value === null ? at + 1 : -1
    case "t":
      return value === true ? at + 1 : -1
    case "f":
      return value === false ? at + 1 : -1
    case "d":
      return typeof value === "number" && Object.is(value, Number(rest)) ? at + 1 : -1
    case "s":
      return value === string(rest) ? at + 1 : -1
    case "a": {
      if (!Array.isArray(value) || value.length !== Number(rest)) return -1
      let next = at + 1
      for (const inner of value) {
        next = compare(inner, words, next)
        if (next < 0) return -1
      }
      return next
    }
    case "o": {
      if (value === null || typeof value !== "object" || Array.isArray(value)) return -1
      const count = Number(rest)
      if (Object.keys(value).length !== count) return -1
      let next = at + 1
      for (let member = 0; member < count; member++) {
        const key = string(words[next].slice(1))
        if (!Object.hasOwn(value, key)) return -1
        next = compare(Object.getOwnPropertyDescriptor(value, key).value, words, next + 1)
        if (next < 0) return -1
      }
      return next
    }
  }
  return -1
}

function string(points) {
  return points === "" ? "" : points.split(".").map((point) => String.fromCodePoint(parseInt(point, 16))).join("")
}

function answer(text, expected) {
  let value
  try {
    value = JSON.parse(decoder.decode(text))
  } catch (error) {
    return "-"
  }
  if (expected === "") return "+"
  const words = expected.split(" ")
  return compare(value, words, 0) === words.length ? "=" : "!"
}

const lines = require("fs").readFileSync(0, "latin1").split("\n")
lines.pop()
const answers = lines.map((line) => {
  const tab = line.indexOf("\t")
  return answer(Buffer.from(line.slice(0, tab), "hex"), line.slice(tab + 1))
})
process.stdout.write(answers.join("\n") + "\n")
