// The line along which a field of numbers is 0, by marching squares.

// `field`: columns * rows numbers, row by row, the first row at the top of the picture; `place`
// turns (column, row), fractions included, into a point "x,y". Returns the d of a path.
function zeroLine(field, columns, rows, place) {
  const parts = [];
  const at = (c, r) => field[r * columns + c];
  for (let r = 0; r + 1 < rows; r++) {
    for (let c = 0; c + 1 < columns; c++) {
      const corners = [at(c, r), at(c + 1, r), at(c + 1, r + 1), at(c, r + 1)];
      const above = corners.map((value) => value > 0);
      if (above.every((one) => one === above[0])) continue;
      if (!corners.every(Number.isFinite)) continue;
      const crossings = [];
      for (let side = 0; side < 4; side++) {
        const next = (side + 1) % 4;
        if (above[side] === above[next]) continue;
        const t = corners[side] / (corners[side] - corners[next]);
        const [x, y] = CORNERS[side];
        const [x2, y2] = CORNERS[next];
        crossings.push(place(c + x + t * (x2 - x), r + y + t * (y2 - y)));
      }
      for (let i = 0; i + 1 < crossings.length; i += 2) {
        parts.push(`M${crossings[i]}L${crossings[i + 1]}`);
      }
    }
  }
  return parts.join("");
}

const CORNERS = [[0, 0], [1, 0], [1, 1], [0, 1]];
