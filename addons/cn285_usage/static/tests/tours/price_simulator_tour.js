import { registry } from "@web/core/registry";

/** A clerk asks what a quantity would cost, changes a price, and sees both before he saves. */
registry.category("web_tour.tours").add("cn285_usage_price_simulator_tour", {
    steps: () => [
        {
            content: "Open the terms of the item",
            trigger: ".o_field_widget[name=item_ids] .o_list_record_open_form_view button",
            run: "click",
        },
        {
            content: "Open its calculator",
            trigger: ".modal .o_field_widget[name=calculator_ids] .o_data_cell[name=name]",
            run: "click",
        },
        {
            content: "Ask for a quantity",
            trigger: ".o_cn285_price_simulator input[name=quantity]",
            run: "edit 21",
        },
        {
            content: "It costs so much, to the cent",
            trigger: ".o_cn285_simulated_amount:contains(163.00)",
        },
        {
            content: "The curve is drawn",
            trigger: ".o_cn285_price_curve canvas",
            run() {
                const { width, height } = this.anchor;
                const { data } = this.anchor.getContext("2d").getImageData(0, 0, width, height);
                if (!data.some((value) => value)) {
                    throw new Error("The canvas of the price curve is empty");
                }
            },
        },
        {
            content: "What is no number is said to be none",
            trigger: ".o_cn285_price_simulator input[name=quantity]",
            run: "edit twenty",
        },
        {
            trigger: ".o_cn285_price_simulator .text-danger",
        },
        {
            content: "Ask for another quantity",
            trigger: ".o_cn285_price_simulator input[name=quantity]",
            run: "edit 21",
        },
        {
            content: "Include ten units",
            trigger: ".o_field_widget[name=allowance_units] input",
            run: "edit 10",
        },
        {
            content: "Leave the field",
            trigger: ".o_field_widget[name=minimum_amount] input",
            run: "click",
        },
        {
            content: "The price follows the figure that is not saved: 10 × 10 + 2, 1 × 5 + 3",
            trigger: ".o_cn285_simulated_amount:contains(110.00)",
        },
        {
            content: "Close without saving",
            trigger: ".modal:last .o_form_button_cancel",
            run: "click",
        },
    ],
});
