import { registry } from "@web/core/registry";

// The file behind the link is the one whose fingerprint is posted with the signature.
async function checkFile() {
    const form = document.getElementById("sign_form");
    const address = form.getAttribute("action").replace(/\/sign$/, "/document");
    const content = await (await fetch(address)).arrayBuffer();
    const digest = await crypto.subtle.digest("SHA-256", content);
    const text = [...new Uint8Array(digest)].map((one) => one.toString(16).padStart(2, "0")).join("");
    if (text !== form.elements.sha256.value) {
        throw new Error(`another file is shown: ${text}`);
    }
}

function draw() {
    const canvas = document.getElementById("sign_drawing");
    const frame = canvas.getBoundingClientRect();
    canvas.setPointerCapture = () => {};
    for (const [name, place] of [["pointerdown", 10], ["pointermove", 60], ["pointermove", 90], ["pointerup", 90]]) {
        canvas.dispatchEvent(
            new PointerEvent(name, {
                clientX: frame.left + place,
                clientY: frame.top + place / 2,
                pointerId: 1,
            })
        );
    }
}

function checkWidth() {
    const page = document.documentElement;
    if (page.scrollWidth > page.clientWidth + 1) {
        throw new Error(`wider than the screen: ${page.scrollWidth} > ${page.clientWidth}`);
    }
}

const signing = (isDrawn) => [
    {
        content: "The company asks, in French",
        trigger: "p:contains('vous invite à signer ce document')",
        run: checkFile,
    },
    { trigger: "#sign_form", run: checkWidth },
    {
        content: "A code",
        trigger: "button:contains('envoyer un code')",
        run: "click",
        expectUnloadPage: true,
    },
    { trigger: ".alert-success:contains('Un code a été envoyé')" },
    { trigger: "#sign_code", run: "edit 000000" },
    { trigger: "#sign_name", run: "edit Camille Martin" },
    { trigger: "#sign_consent", run: "check" },
    {
        content: "A wrong code is told, and the name stays",
        trigger: "#sign_form button[type=submit]:contains('Signer')",
        run: "click",
        expectUnloadPage: true,
    },
    { trigger: ".alert-danger" },
    { trigger: "#sign_name:value('Camille Martin')" },
    { trigger: "#sign_code", run: "edit 285 285" },
    ...(isDrawn ? [{ trigger: "#sign_drawing", run: draw }] : []),
    { trigger: "#sign_consent", run: "check" },
    {
        trigger: "#sign_form button[type=submit]",
        run: "click",
        expectUnloadPage: true,
    },
    { trigger: ".alert-info:contains('Vous avez signé ce document. Merci.')", run: checkWidth },
    { trigger: "body:not(:has(#sign_form))" },
];

const tours = registry.category("web_tour.tours");
tours.add("cn285_sign_drawn_tour", { steps: () => signing(true) });
tours.add("cn285_sign_typed_tour", { steps: () => signing(false) });

tours.add("cn285_sign_decline_tour", {
    steps: () => [
        { trigger: "summary:contains('Je ne souhaite pas signer')", run: "click" },
        { trigger: "#sign_reason", run: "edit Trop cher <b>pour nous</b>" },
        {
            trigger: "form[action$='/decline'] button",
            run: "click",
            expectUnloadPage: true,
        },
        { trigger: ".alert-info:contains('Ce document a été refusé')", run: checkWidth },
    ],
});

tours.add("cn285_sign_newer_tour", {
    steps: () => [
        { trigger: ".alert-info:contains('Une version plus récente de ce document existe')" },
        { trigger: "body:not(:has(#sign_form))" },
        { trigger: "#sign_newer", run: "click", expectUnloadPage: true },
        { trigger: "#sign_form" },
    ],
});

tours.add("cn285_sign_waiting_tour", {
    steps: () => [
        { trigger: "#sign_waiting a", run: "click", expectUnloadPage: true },
        { trigger: "#sign_form" },
    ],
});
