/** Pictures of the marks for points: a shape a kind, so that kinds differ not by colour alone. */
const SIZE = 26; // pixels, drawn at twice the size it is shown at

const SHAPES = {
  circle: (pen) => pen.arc(13, 13, 8.5, 0, 2 * Math.PI),
  diamond: (pen) => corners(pen, [[13, 2.5], [23.5, 13], [13, 23.5], [2.5, 13]]),
  square: (pen) => pen.rect(5, 5, 16, 16),
  triangle: (pen) => corners(pen, [[13, 3], [23.5, 21.5], [2.5, 21.5]]),
  cross: (pen) =>
    corners(pen, [
      [9, 3], [17, 3], [17, 9], [23, 9], [23, 17], [17, 17],
      [17, 23], [9, 23], [9, 17], [3, 17], [3, 9], [9, 9],
    ]),
};

function corners(pen, [first, ...others]) {
  pen.moveTo(...first);
  for (const corner of others) pen.lineTo(...corner);
  pen.closePath();
}

/** Puts the picture of a shape on the map under a name, or another in its place. */
export function putMark(raw, name, { shape, fill, edge }) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIZE;
  const pen = canvas.getContext("2d");
  pen.beginPath();
  SHAPES[shape](pen);
  Object.assign(pen, { fillStyle: fill, strokeStyle: edge, lineWidth: 2 });
  pen.fill();
  pen.stroke();
  const image = pen.getImageData(0, 0, SIZE, SIZE);
  if (raw.hasImage(name)) raw.updateImage(name, image);
  else raw.addImage(name, image, { pixelRatio: 2 });
}
