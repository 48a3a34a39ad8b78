/** Pictures are made smaller on the phone: fewer minutes on a weak network, and nothing of where and with what they were taken. */

const longest = 2048;

/** A JPEG of at most 2048 px, upright. Redrawing drops every tag, and turns what phones alone can read into what all can. */
export async function shrink(file: Blob): Promise<Blob> {
  const image = await createImageBitmap(file, { imageOrientation: 'from-image' });
  try {
    const scale = Math.min(1, longest / Math.max(image.width, image.height));
    const canvas = document.createElement('canvas');
    canvas.width = Math.max(1, Math.round(image.width * scale));
    canvas.height = Math.max(1, Math.round(image.height * scale));
    const context = canvas.getContext('2d');
    if (context === null) throw new Error('photo: no canvas');
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise<Blob>((done, fail) =>
      canvas.toBlob((b) => (b === null ? fail(new Error('photo: not encoded')) : done(b)), 'image/jpeg', 0.82),
    );
  } finally {
    image.close();
  }
}
