// A signature drawn with a finger, a pen or a mouse; what was drawn goes with the form as a picture.
(function () {
    "use strict";
    const canvas = document.getElementById("sign_drawing");
    const form = document.getElementById("sign_form");
    if (!canvas || !form) {
        return;
    }
    const pen = canvas.getContext("2d");
    let isDrawing = false;
    let isDrawn = false;

    function place(event) {
        const frame = canvas.getBoundingClientRect();
        return [
            ((event.clientX - frame.left) * canvas.width) / frame.width,
            ((event.clientY - frame.top) * canvas.height) / frame.height,
        ];
    }

    pen.lineWidth = 2;
    pen.lineCap = "round";
    pen.lineJoin = "round";
    canvas.addEventListener("pointerdown", (event) => {
        isDrawing = true;
        canvas.setPointerCapture(event.pointerId);
        pen.beginPath();
        pen.moveTo(...place(event));
    });
    canvas.addEventListener("pointermove", (event) => {
        if (isDrawing) {
            pen.lineTo(...place(event));
            pen.stroke();
            isDrawn = true;
        }
    });
    for (const name of ["pointerup", "pointercancel"]) {
        canvas.addEventListener(name, () => {
            isDrawing = false;
        });
    }
    document.getElementById("sign_clear").addEventListener("click", () => {
        pen.clearRect(0, 0, canvas.width, canvas.height);
        isDrawn = false;
    });
    form.addEventListener("submit", () => {
        form.elements.drawing.value = isDrawn ? canvas.toDataURL("image/png") : "";
        form.querySelector("button[type=submit]").disabled = true;
    });
    // Back by the browser's button: the form can be sent again.
    window.addEventListener("pageshow", () => {
        form.querySelector("button[type=submit]").disabled = false;
    });
})();
