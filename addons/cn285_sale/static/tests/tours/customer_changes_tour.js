import { registry } from "@web/core/registry";

// A French customer changes the contract by hand, on a narrow screen.
function click(trigger, content) {
    return { content, trigger, run: "click", expectUnloadPage: true };
}

// Nothing is wider than the screen.
function narrow(trigger) {
    return {
        trigger,
        run: () => {
            const wide = document.documentElement.scrollWidth;
            if (wide > window.innerWidth + 1) {
                throw new Error(`The page is ${wide} px wide, the screen ${window.innerWidth}`);
            }
        },
    };
}

// A day is chosen in the browser's own calendar.
function onDay(name, day) {
    return {
        trigger: `input[name=${name}]`,
        run({ anchor }) {
            anchor.value = day;
        },
    };
}

function agree() {
    return [
        narrow("#change_confirm"),
        click("#change_confirm:contains('J\u2019accepte'), #change_confirm:contains(\"J'accepte\")"),
    ];
}

function back() {
    return [
        click("a:contains('Retour à ce que vous pouvez modifier')"),
        narrow("h2:contains('Modifier votre contrat')"),
    ];
}

registry.category("web_tour.tours").add("cn285_sale_customer_changes_tour", {
    steps: () => [
        click("a#change_contract:contains('Modifier votre contrat')", "From the contract's page"),
        narrow("h2:contains('Modifier votre contrat')"),
        click("a#change_quantity:contains('Modifier la quantité')", "More of a service"),
        narrow("label:contains('Quantité')"),
        { trigger: "input[name=quantity]", run: "edit 5" },
        click("#change_preview:contains('Voir le résultat')"),
        { trigger: "#change_facts dd:contains('2 → 5')" },
        { trigger: "#change_total:contains('57,60')" },
        ...agree(),
        { trigger: "#change_applied:contains('Elle a pris effet')" },
        ...back(),
        click("a#change_upgrade:contains('Passer à une offre supérieure')", "A better service"),
        { trigger: "legend:contains('Nouveau service')" },
        { trigger: "input[name=product]", run: "click" },
        click("#change_preview"),
        { trigger: "#change_facts dd:contains('Premium access')" },
        ...agree(),
        { trigger: "#change_applied" },
        ...back(),
        click("a#change_add:contains('Ajouter un service')", "One more"),
        { trigger: "label:contains('Backup')" },
        { trigger: "input[name=service]", run: "click" },
        click("#change_preview"),
        { trigger: "#change_total:contains('19,20')" },
        ...agree(),
        { trigger: "#change_applied" },
        ...back(),
        click("a#change_billing_day:contains('Changer le jour de facturation')", "Another day"),
        narrow("#change_targets"),
        click("#change_targets a:contains('Backup')"),
        { trigger: "input[name=billing_day]", run: "edit 10" },
        click("#change_preview"),
        ...agree(),
        { trigger: "#change_applied" },
        ...back(),
        click("a#change_pause:contains('Mettre le contrat en pause')", "A rest"),
        onDay("date_end", "2026-04-25"),
        onDay("date", "2026-04-16"),
        click("#change_preview"),
        ...agree(),
        { trigger: "#change_scheduled:contains('Elle est planifiée')" },
        ...back(),
        click("a#change_regret:contains('Annuler une modification planifiée')", "No rest"),
        click("#change_preview"),
        ...agree(),
        { trigger: "#change_cancelled:contains('Elle a été annulée')" },
        ...back(),
        { trigger: "a#change_pause" },
    ],
});
